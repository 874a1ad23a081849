// When a tab may ask for its page again: who looks on must not slow what they look at, but who has just done something
// waits for what comes of it.
const LEAST = 200; // ms
// Times what the last answer took, and ms at the most.
const LOOKS_ON = [75, 5000];
const HAS_ACTED = [20, 2000];
const ACTED = 15000; // ms
const IDLE = 10000; // ms, where nobody waits for anything

let asked = 0; // when, the last time
let acted = 0; // when a person did something, the last time
let took = 0; // ms
let wake = () => {};

const pause = (isIdle) => {
  const [share, most] = Date.now() < acted + ACTED ? HAS_ACTED : LOOKS_ON;
  return asked + (isIdle() ? IDLE : Math.max(LEAST, Math.min(share * took, most))) - Date.now();
};

// Until it is time to ask. `isIdle` is looked at anew whenever something has happened.
export const turn = async (isIdle) => {
  for (let left = pause(isIdle); left > 0; left = pause(isIdle)) {
    await new Promise((done) => { wake = done; setTimeout(done, left); });
  }
  asked = Date.now();
};

export const happened = () => wake();
export const answered = (lasted) => { took = lasted; };

// What comes of what a person has just done is shown at once.
export const hurry = () => {
  acted = Date.now();
  asked = 0;
  wake();
};
