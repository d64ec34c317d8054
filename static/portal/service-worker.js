// Shows messages on the phone, and a page of ours when there is no network. Everything else goes to the portal as if
// this were not here: what a service worker answers with, browsers keep for Back although it is `no-store`.
// `self.portal` comes with /service-worker.js (mlegitymacja_portal/pwa.py).

const { kept, version, icon, badge, moved } = self.portal;
const CACHE = `offline-${version}`;
const [OFFLINE] = kept;

self.addEventListener("install", (event) => {
  // Without cookies: what is kept is nobody's.
  const asked = kept.map((address) => new Request(address, { credentials: "omit", cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(asked)));
  self.skipWaiting();
});

async function begin() {
  const old = (await caches.keys()).filter((name) => name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.registration.navigationPreload?.disable(); // an earlier worker turned it on
  await self.clients.claim();
}

self.addEventListener("activate", (event) => event.waitUntil(begin()));

// The portal is tried all the same: it may be on this very machine.
const orKept = (request, address) =>
  fetch(request).catch(async () => (await caches.match(address)) ?? Response.error());

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (self.navigator.onLine || request.method !== "GET") return;
  const address = new URL(request.url).pathname;
  if (request.mode === "navigate") event.respondWith(orKept(request, OFFLINE));
  else if (kept.includes(address)) event.respondWith(orKept(request, address));
});

// What is shown is written by notifications/push/worker.py.
self.addEventListener("push", (event) => {
  const { title, body, tag, lang, path } = event.data.json();
  const shown = { body, tag, lang, icon, badge, renotify: true, data: { path } };
  event.waitUntil(self.registration.showNotification(title, shown));
});

async function open(path) {
  const address = new URL(path, self.location.origin);
  const windows = await self.clients.matchAll({ type: "window" });
  const there = windows.find(({ url }) => new URL(url).pathname === address.pathname);
  return there ? there.focus() : self.clients.openWindow(address.href);
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.path));
});

// The push service has given this browser another address: the portal has to know, or nothing arrives any more.
async function move({ oldSubscription, newSubscription }) {
  if (!oldSubscription) return;
  const { userVisibleOnly, applicationServerKey } = oldSubscription.options;
  const now =
    newSubscription ?? (await self.registration.pushManager.subscribe({ userVisibleOnly, applicationServerKey }));
  const { endpoint, keys } = now.toJSON();
  const told = new URLSearchParams({ old_endpoint: oldSubscription.endpoint, endpoint, ...keys });
  await fetch(moved, { method: "POST", body: told, credentials: "omit" });
}

self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(move(event)));
