// Keeps the page of a card on the phone, so that it opens with no network. Never keeps a reply.

const PAGE = "kopilka-card-1";
const FILES = ["./", "page.js", "code.js", "qr.js", "page.css"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(PAGE).then((cache) => cache.addAll(FILES)));
});

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  event.respondWith(fetch(event.request).catch(() => caches.match(event.request)));
});
