// Title and icon: red or green, seen where nothing else of a tab is.
const LASTS = 1000; // ms
let newest = null;
let timer = 0;

export const light = (title, icon) => {
  clearTimeout(timer);
  timer = 0;
  if (document.title !== title) document.title = title;
  const link = document.querySelector("link[rel=icon]");
  if (icon && link.getAttribute("href") !== icon) link.setAttribute("href", icon);
};

// All that is to be seen of a tab that nobody looks at, once in a second; the rest comes when somebody does. A new icon is
// much work for a browser: it stays red or green while there is only something running.
export const glow = (news) => {
  newest = news;
  timer ||= setTimeout(() => {
    const { state, mark } = newest;
    const { title } = document.querySelector("title").dataset;
    light(`${mark}${title} · gofigure`, state !== "running" && `/static/icon${state && `-${state}`}.svg`);
  }, LASTS);
};
