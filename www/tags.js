/** What the demo shop calls its shoppers, as rules over what is known of them. */

/** @type {import("../pkg/index.js").TagRule[]} */
export const tags = [
  {
    tag: "quality-of-life",
    title: { en: "Quality-of-life seeker", zh: "品质生活追求者" },
    enter: { "departments.Kitchen.level": { $gte: 0.65 }, "departments.Kitchen.events": { $gte: 3 }, "departments.Imported Food.events": { $gte: 3 } },
    exit: { "departments.Kitchen.level": { $lt: 0.4 } },
    days: 90,
  },
  {
    tag: "bargain-hunter",
    title: { en: "Bargain hunter", zh: "精打细算" },
    enter: { "orders.orders": { $gte: 3 }, "orders.coupons": { $gte: 2 } },
    days: 60,
  },
  {
    tag: "just-looking",
    title: { en: "Just looking around", zh: "随便逛逛" },
    enter: { visits: { $gte: 3 }, "orders.orders": 0 },
    exit: { "orders.orders": { $gte: 1 } },
    days: 30,
  },
];
