// What a member has and what is missing to more, reckoned on the device from what the shop's CRM hands over.
// @ts-check

/** @param {import("./types/benefits.d.ts").Till} till @param {import("./types/benefits.d.ts").Request} request
 * @returns {import("./types/benefits.d.ts").Benefits} */
export const benefits = (till, request) => till.ask("benefits", request) ?? { member: false };

/** @param {import("./types/benefits.d.ts").Till} till */
export const early = (till) => /** @type {import("./types/benefits.d.ts").Early[]} */ (till.ask("early") ?? []);
