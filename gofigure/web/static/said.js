// A word about what was just done; text, never markup.
let timer = 0;

export const say = (words, bad = false) => {
  const place = document.getElementById("said");
  place.textContent = words;
  place.className = bad ? "shown bad" : "shown";
  clearTimeout(timer);
  timer = setTimeout(() => { place.className = ""; }, bad ? 8000 : 2500);
};
