// A shelf on the page, from the question to the click: asks the engine, loads the shop's products in one batch, and says
// when the list was seen and what was chosen. `follow` does so for whoever draws by themselves, `shelf` draws too.
// Nothing here touches the page at import.
// @ts-check

/** @typedef {import("../types/shelf.js").Till} Till */
/** @typedef {import("../types/shelf.js").State<any>} State */
/** @typedef {import("../index.js").Shelf} Shelf */
/** @typedef {import("../index.js").Request} Request */

/** Where the package leaves the object that the page opened last, and how often that is looked for. */
const PAGE = Symbol.for("tillside");
const LOOK_MS = 50;

/** A list counts as seen when half of it, or of the window, showed for this long. */
const SEEN_MS = 1000;
/** Products that are remembered for each way to load them. */
const MAX_CACHED = 1000;
/** What may change a cart, in any dialect; whether it did is asked of the portrait. */
const CART = /cart|basket|add|remov|order|purchase|checkout/i;

/** The object that the page opened last, as soon as there is one; undefined where nobody waits any more.
 * @param {() => boolean} stopped @returns {Promise<Till | undefined>} */
export async function opened(stopped) {
  for (;;) {
    const till = /** @type {any} */ (globalThis)[PAGE];
    if (till || stopped()) return till;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** By what loads them. @type {WeakMap<Function, (ids: string[]) => Promise<Map<string, any>>>} */
const loaders = new WeakMap();

/** Products by id, loaded once, and with one call for all that is asked for in one task. @param {(ids: string[]) => any} load */
function loader(load) {
  let cached = loaders.get(load);
  if (cached) return cached;
  /** @type {Map<string, Promise<any>>} */
  const held = new Map();
  /** @type {string[]} */
  let wanted = [];
  /** @type {Promise<Map<string, any>> | undefined} */
  let batch;
  const run = async () => {
    // Shelves that wait for the same object go on one after the other.
    await new Promise((resolve) => setTimeout(resolve));
    const ids = wanted;
    wanted = [];
    batch = undefined;
    const answer = await load(ids);
    if (answer instanceof Map) return answer;
    const entries = Array.isArray(answer) ? answer.map((product, n) => [product?.id ?? ids[n], product]) : Object.entries(answer ?? {});
    return new Map(entries.map(([id, product]) => [String(id), product]));
  };
  cached = async (ids) => {
    for (const id of ids) {
      if (held.has(id)) continue;
      wanted.push(id);
      batch ??= run();
      const product = batch.then((found) => found.get(id));
      held.set(id, product);
      // What failed, or was not there, is asked for again by the next list.
      product.catch(() => {}).then((found) => found ?? held.delete(id));
      if (held.size > MAX_CACHED) held.delete(/** @type {string} */ (held.keys().next().value));
    }
    return new Map(await Promise.all(ids.map(async (id) => /** @type {[string, any]} */ ([id, await held.get(id)]))));
  };
  loaders.set(load, cached);
  return cached;
}

/** Asks, and asks again when something that the shopper did calls for it: a cart that changed, a choice about consent, a model
 * that came late. `changed` gets each list with its products, in order. @param {Request} request
 * @param {{ till?: Till, load: (ids: string[]) => any, onError?: (error: unknown) => void }} options @param {(state: State) => void} changed */
export function follow(request, { till: given, load, onError }, changed) {
  let stopped = false;
  let asked = 0;
  let shown = "";
  let cart = "";
  /** @type {(() => void) | undefined} */
  let unwatch;
  const get = loader(load);

  /** @param {Till} till */
  async function ask(till) {
    const number = ++asked;
    const shelf = till.recommend(request);
    const ids = shelf.items.map(({ id }) => id);
    const key = JSON.stringify([ids, shelf.status.fallback, shelf.status.personal]);
    if (key === shown) return;
    try {
      const [products, texts] = await Promise.all([get(ids), Promise.all(shelf.items.map(({ reasons: [reason] }) => till.say(reason)))]);
      // Stopped, or another question is under way that knows more.
      if (stopped || number !== asked) return;
      shown = key;
      const found = shelf.items.flatMap((item, n) => {
        const product = products.get(item.id);
        return product == null ? [] : [{ item, product, text: texts[n] ?? "" }];
      });
      // What could not be drawn was not seen.
      changed({ till, shelf: { ...shelf, items: found.map(({ item }) => item) }, items: found });
    } catch (error) {
      if (!stopped && number === asked) changed({ till, shelf: { ...shelf, items: [] }, items: [], error });
      onError?.(error);
    }
  }

  const carried = (/** @type {Till} */ till) => JSON.stringify(till.portrait().cart);

  (async () => {
    const till = given ?? (await opened(() => stopped));
    await till?.ready;
    // A framework that mounts twice to try it out has stopped the first by now.
    if (stopped || !till) return;
    cart = carried(till);
    let due = false;
    unwatch = till.watch((change) => {
      if (due || (change.kind === "event" && !CART.test(change.event))) return;
      due = true;
      // Once for all that the task does.
      setTimeout(() => {
        due = false;
        const before = cart;
        cart = carried(till);
        if (!stopped && (change.kind !== "event" || cart !== before)) ask(till);
      });
    });
    await ask(till);
  })();

  return () => {
    stopped = true;
    unwatch?.();
  };
}

/** Says once that a list was seen. @param {Element} element @param {Shelf} shelf @param {Pick<Till, "impression">} till */
export function seen(element, shelf, till) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let showing = false;
  const look = () => {
    clearTimeout(timer);
    if (!showing || document.visibilityState !== "visible") return;
    timer = setTimeout(() => {
      end();
      till.impression(shelf);
    }, SEEN_MS);
  };
  const watcher = new IntersectionObserver(
    (entries) => {
      const { intersectionRatio, intersectionRect, rootBounds } = /** @type {IntersectionObserverEntry} */ (entries.at(-1));
      // A list longer than the window counts when it fills half of the window.
      const shows = intersectionRatio >= 0.5 || intersectionRect.height >= (rootBounds?.height ?? Infinity) / 2;
      if (shows !== showing) (showing = shows), look();
    },
    { threshold: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] },
  );
  const end = () => {
    clearTimeout(timer);
    watcher.disconnect();
    document.removeEventListener("visibilitychange", look);
  };
  if (shelf.items.length) {
    watcher.observe(element);
    document.addEventListener("visibilitychange", look);
  }
  return end;
}

/** Says once that a list was seen, and what was chosen on it; a child of the element is a card, in the order of the list.
 * @param {Element} element @param {Shelf} shelf @param {Till} till */
export function observe(element, shelf, till) {
  /** @param {Event} event */
  const chosen = (event) => {
    const target = /** @type {Element} */ (event.target);
    const card = [...element.children].findIndex((child) => child.contains(target));
    const item = shelf.items[card];
    if (!item || /** @type {MouseEvent} */ (event).button > 1) return;
    // A button in a card does something else.
    const control = target.closest("a,button,input,select,label");
    if (!control || control.matches("a") || control.contains(element.children[card] ?? null)) till.click(shelf, item.id);
  };
  const end = seen(element, shelf, till);
  // A router that stops clicks must not hide them.
  element.addEventListener("click", chosen, true);
  element.addEventListener("auxclick", chosen, true);
  return () => {
    end();
    element.removeEventListener("click", chosen, true);
    element.removeEventListener("auxclick", chosen, true);
  };
}

/** Draws a shelf into an element and keeps it. What the element holds before, a server's list or placeholders, stays until
 * all is there, and its room after that. @param {HTMLElement} element @param {Request} request
 * @param {import("../types/shelf.js").Options<any>} options */
export function shelf(element, request, { draw, placeholder, onDraw, ...options }) {
  if (placeholder && !element.firstChild) {
    element.append(...Array.from({ length: request.limit ?? 12 }, placeholder));
  }
  /** @type {(() => void) | undefined} */
  let unobserve;
  element.setAttribute("aria-busy", "true");
  const stop = follow(request, options, ({ till, shelf, items, error }) => {
    unobserve?.();
    const { height, top } = element.getBoundingClientRect();
    // What stands below must not jump: less than before keeps the room, nothing gives it back where nobody sees it.
    element.style.minHeight = height && (items.length || top < innerHeight) ? `${height}px` : "";
    if (!error) element.replaceChildren(...items.map(({ item, product, text }) => draw(product, item, text)));
    element.removeAttribute("aria-busy");
    Object.assign(element.dataset, { placement: shelf.placement, fallback: shelf.status.fallback, personal: `${shelf.status.personal}` });
    unobserve = observe(element, shelf, till);
    onDraw?.(shelf);
  });
  return () => {
    stop();
    unobserve?.();
  };
}
