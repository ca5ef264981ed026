// What passes between a page and the engine as objects. What the page hands over is looked at here: a getter that throws, a
// revoked proxy, a function, whatever cannot be read is nothing, and no exception passes through the engine. What the
// engine answers lies here until it is taken.

/** @template T @param {() => T} read @returns {T | undefined} */
const safely = (read) => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** 0 nothing, 1 a truth value, 2 a number, 3 a text or a number of any length, 4 a list, 5 a map, 6 of no JSON type. @param {any} value */
export const kind = (value) =>
  safely(() => {
    if (value == null) return 0;
    const simple = ["boolean", "number", "string"].indexOf(typeof value) + 1;
    return simple || (typeof value == "bigint" ? 3 : (typeof value != "object" ? 6 : Array.isArray(value) ? 4 : Reflect.ownKeys(value) && 5));
  }) ?? 6;

/** @param {any} value */
export const number = (value) => +value;

/** No longer than any field may be, so that a long one costs nothing. @param {string | bigint} value */
export const text = (value) => `${value}`.slice(0, 4096);

/** The names of a map. @param {any} map @returns {any[]} */
export const names = (map) => safely(() => Reflect.ownKeys(map).filter((name) => typeof name == "string")) ?? [];

/** @param {any} list @returns {number} */
export const size = (list) => safely(() => list.length >>> 0) ?? 0;

/** @param {any} list @param {number} n */
export const element = (list, n) => safely(() => list[n]);

/** @param {any} map @param {any} name */
export const value = (map, name) => safely(() => map[name]);

/** Whether a pattern is found in a text; an invalid one is not. @param {string} pattern @param {boolean} anyCase @param {string} text */
export const matches = (pattern, anyCase, text) => safely(() => new RegExp(pattern, anyCase ? "i" : "").test(text)) ?? false;

/** @type {any} */
let answer;

/** The engine's answer to the call under way. @param {any} value */
export const put = (value) => {
  answer = value;
};

/** What was put when a call was done, of which that is the argument. @param {void} _done */
export const take = (_done) => {
  const given = answer;
  answer = undefined;
  return given;
};
