// What is there now, by name: `{ stamp, state, mark }`; or `{ link }`, words about a server that does not answer. One tab
// of a browser listens for all of them: a browser has six connections for a host, and ten tabs would want ten.
import { GONE, STRANGER } from "./said.js";

const channel = new BroadcastChannel("gofigure");
const AGAIN = 1500; // ms

// `heard` is called with each; and with the last one at once, if another tab knows it: it may be newer than this page.
export const listen = (heard) => {
  channel.addEventListener("message", ({ data }) => { if (!data.newcomer) heard(data); });
  channel.postMessage({ newcomer: true });
  // The lock goes to the next tab when this one is closed.
  navigator.locks.request("gofigure-live", () => { hear(heard); return new Promise(() => {}); });
};

const hear = (heard) => {
  let last = null;
  const tell = (news) => {
    last = news;
    channel.postMessage(news);
    heard(news);
  };
  channel.addEventListener("message", ({ data }) => { if (data.newcomer && last) channel.postMessage(last); });
  open(tell);
};

const open = (tell) => {
  const source = new EventSource("/events");
  source.addEventListener("news", (event) => tell(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    // A browser gives up for good after a refusal: a server is there, started again.
    const isRefused = source.readyState === EventSource.CLOSED;
    tell({ link: isRefused ? STRANGER : GONE });
    if (isRefused) setTimeout(open, AGAIN, tell);
  });
};
