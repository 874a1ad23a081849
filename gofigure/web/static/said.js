// A word about what was just done; text, never markup.
export const GONE = "the page's server has gone: type gofigure ui, and open its address";
export const STRANGER = "the page's server was started again and does not know this tab: type gofigure ui, and open its address";
export const UNSHOWN = "the page's server could not show this; it is asked again";
let timer = 0;

export const say = (words, bad = false) => {
  const place = document.getElementById("said");
  place.textContent = words;
  place.className = bad ? "shown bad" : "shown";
  clearTimeout(timer);
  timer = setTimeout(() => { place.className = ""; }, bad ? 8000 : Math.max(2500, 70 * words.length));
};
