/** Since when there is no contact, in Beijing time, and another try every ten seconds. */
const RETRY_MS = 10_000;
const clock = new Intl.DateTimeFormat('zh-CN', {
  ...{ timeZone: 'Asia/Shanghai', hourCycle: 'h23' },
  ...{ month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
});

async function showSince() {
  const found = await caches.match('/last-contact');
  const at = found === undefined ? Number.NaN : Number(await found.text());
  if (!Number.isFinite(at)) return;
  const when = `<time datetime="${new Date(at).toISOString()}">${clock.format(at)}</time>`;
  document.getElementById('since').innerHTML = `最后一次连上：北京时间 ${when}。`;
  document.getElementById('since-en').innerHTML = `Last contact: ${when} Beijing time.`;
}

/** Only when it answers: opening it anew without an answer would only blink. */
async function tryAgain() {
  try {
    await fetch('/healthz', { cache: 'no-store' });
    location.reload();
  } catch {
    // Still offline.
  }
}

void showSince();
document.getElementById('again').addEventListener('click', () => void tryAgain());
addEventListener('online', () => void tryAgain());
setInterval(() => void tryAgain(), RETRY_MS);
