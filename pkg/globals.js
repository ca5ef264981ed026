// What the package uses of a page that belongs to others. Scripts of a page put their own in the place of built-in things,
// add names to every object, and hand over objects of other frames: so functions are taken once, when this is loaded,
// objects are read by their own names only, and what a thing is, is asked of the thing and not of its class.
// @ts-check

const { hasOwnProperty, toString } = Object.prototype;

/** Called later, whatever is in their place then. */
export const request = globalThis.fetch;
export const setTimer = globalThis.setTimeout;
export const clearTimer = globalThis.clearTimeout;

/** Whether a thing has that name itself; every object of a page may have inherited it. @param {any} thing @param {string} name */
export const has = (thing, name) => thing != null && hasOwnProperty.call(thing, name);

/** The class of a thing, of whichever frame: "URL", "Response", "WebAssembly.Module". @param {unknown} thing */
export const classOf = (thing) => toString.call(thing).slice(8, -1);

/** What a thing has itself, in an object that inherits nothing. @param {any} thing @returns {any} */
export const own = (thing) => Object.assign(Object.create(null), thing);

/** JSON as objects that inherit nothing. @param {string} text @returns {any} */
export const parse = (text) => JSON.parse(text, (_, value) => (classOf(value) === "Object" ? own(value) : value));

/** Whether there is a page around. */
export const inPage = () => typeof document !== "undefined";

/** Whether the page is made before anybody asked for it; it counts from when somebody does. */
export const isAhead = () => inPage() && /** @type {any} */ (document).prerendering === true;

/** Calls back after so many milliseconds; in Node a timer must not keep the process alive.
 * @param {() => void} work @param {number} ms @returns {ReturnType<typeof setTimeout>} */
export function after(work, ms) {
  const timer = setTimer(work, ms);
  /** @type {any} */ (timer)?.unref?.();
  return timer;
}

/** The answer, or nothing once it took longer. @template T @param {Promise<T> | undefined} answer @param {number} ms @returns {Promise<T | undefined>} */
export const within = (answer, ms) =>
  new Promise((resolve, reject) => {
    const timer = after(() => resolve(undefined), ms);
    Promise.resolve(answer).then(resolve, reject).finally(() => clearTimer(timer));
  });
