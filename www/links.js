/** Addresses of the pages. The part after # never reaches the server, so any static server can hold the shop. */

export const toHome = "#/";
export const toDepartments = "#/c";
export const toCart = "#/cart";
export const toCheckout = "#/checkout";
export const toPrivacy = "#/privacy";
export const toAccount = "#/account";

/** @param {string} id */
export const toProduct = (id) => `#/p/${encodeURIComponent(id)}`;

/** @param {string} path */
export const toCategory = (path) => `#/c/${encodeURIComponent(path)}`;

/** @param {string} query */
export const toSearch = (query) => `#/search?${new URLSearchParams({ q: query })}`;

/** @param {string} number */
export const toOrder = (number) => `#/order/${encodeURIComponent(number)}`;

/** A guide or an article. @param {string} id */
export const toRead = (id) => `#/read/${encodeURIComponent(id)}`;

/** @param {string} room */
export const toLive = (room) => `#/live/${encodeURIComponent(room)}`;

export const toQuiz = "#/quiz";

/** @param {string} rule of the action that led there */
export const toSurvey = (rule) => `#/survey?${new URLSearchParams({ rule })}`;

/** The page of a product, with a group of it to join. @param {string} id @param {string} group */
export const toGroup = (id, group) => `${toProduct(id)}?${new URLSearchParams({ group })}`;
