// The page of a virtual card: asks once with a link, then shows codes with or without a network.

import { SIZE, matrix } from "./qr.js";
import { STEP_MS, codeAt, newKeys, request, stepAt } from "./code.js";

const WORDS = {
  ru: {
    title: "Карта покупателя",
    show: "Покажите код кассиру",
    none: "Откройте ссылку, которую даст магазин",
    refused: "Ссылка не подошла: попросите новую",
    old: "Обновите браузер: он не умеет подписывать коды",
    ended: "Срок карты закончился: откройте её со связью",
  },
  en: {
    title: "Member's card",
    show: "Show the code at the till",
    none: "Open the link that the shop gives you",
    refused: "The link did not fit: ask for a new one",
    old: "Update the browser: it cannot sign codes",
    ended: "The card has ended: open it with a network",
  },
};
const QUIET = 4;
const RENEW_BEFORE_MS = 30 * 24 * 3600 * 1000;
const RETRY_MS = 3600 * 1000;
const words = WORDS[navigator.language.startsWith("ru") ? "ru" : "en"];
const say = (key) => (document.getElementById("say").textContent = words[key]);

function store(mode, work) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("kopilka-card", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("card");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const asked = work(opening.result.transaction("card", mode).objectStore("card"));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    };
  });
}

const load = () => store("readonly", (cards) => cards.get("card"));
const save = (card) => store("readwrite", (cards) => cards.put(card, "card"));

async function ask(keys, shown) {
  const body = JSON.stringify(await request(keys, shown));
  const reply = await fetch("/v1/card", { method: "POST", body });
  if (!reply.ok) return null;
  const told = await reply.json();
  return {
    keys,
    certificate: told.certificate,
    until: Date.parse(told.valid_until),
    ahead: Date.parse(told.server_time) - Date.now(), // a phone's clock may be wrong
  };
}

async function opened(link) {
  const known = await load();
  if (!link) return known;
  const card = await ask(await newKeys(), { link });
  if (card === null) {
    say("refused");
    return known;
  }
  await save(card);
  history.replaceState(null, "", location.pathname);
  return card;
}

async function renewed(card) {
  if (card.until - Date.now() - card.ahead > RENEW_BEFORE_MS) return card;
  try {
    const fresh = await ask(card.keys, { certificate: card.certificate });
    if (fresh !== null) await save(fresh);
    return fresh ?? card;
  } catch {
    return card; // no network: the old one is good to its end
  }
}

function draw(text) {
  const canvas = document.getElementById("code");
  const scale = Math.max(4, Math.floor(Math.min(innerWidth * 0.92, 640) / (SIZE + 2 * QUIET)));
  canvas.width = canvas.height = (SIZE + 2 * QUIET) * scale;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#000";
  matrix(text).forEach((row, y) =>
    row.forEach((dark, x) => {
      if (dark) pen.fillRect((x + QUIET) * scale, (y + QUIET) * scale, scale, scale);
    }),
  );
}

async function run() {
  document.title = words.title;
  document.documentElement.lang = words === WORDS.ru ? "ru" : "en";
  let card = await opened(location.hash.slice(1));
  if (!card) return say("none");
  let shown = -1;
  let asked = 0;
  const tick = async () => {
    const now = Date.now() + card.ahead;
    document.getElementById("left").value = STEP_MS - (now % STEP_MS);
    if (stepAt(now) === shown) return;
    shown = stepAt(now);
    say(now < card.until ? "show" : "ended");
    draw(await codeAt(card, now));
    if (Date.now() - asked > RETRY_MS) {
      asked = Date.now();
      card = await renewed(card);
    }
  };
  await tick();
  setInterval(tick, 500);
}

if ("serviceWorker" in navigator) navigator.serviceWorker.register("worker.js");
run().catch(() => say("old"));
