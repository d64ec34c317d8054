// Shows messages on the phone, and a page of ours when the portal cannot be reached. Everything else goes to the portal
// as if this were not here. `self.portal` comes with /service-worker.js (mlegitymacja_portal/pwa.py).

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
  // The page is asked for while this is still being started.
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

self.addEventListener("activate", (event) => event.waitUntil(begin()));

async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (kept.includes(new URL(request.url).pathname)) {
    event.respondWith(fetch(request).catch(async () => (await caches.match(request)) ?? Response.error()));
  }
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
