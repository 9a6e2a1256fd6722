// The console's only script. It keeps no state of its own: what it knows stands in the page, and the page can be
// loaded anew at any moment. Without it everything can still be read and sent.

const page = document;

start();

function start() {
  page.addEventListener('submit', onSubmit);
  page.addEventListener('click', onClick);
  page.addEventListener('keydown', onKey);
  page.addEventListener('change', onChange);
  page.addEventListener('scroll', onScroll, { passive: true });
  startPrompt();
  startSignIn();
  dressTimes(page);
  markHere();
  setInterval(() => dressTimes(page), 20_000);
  if (page.body.dataset.events !== undefined) follow();
}

// ---- live updates

/** A hidden tab lets go of its connection (a browser has six for one address) and catches up when it is looked at. */
function follow() {
  let source;
  let retry;

  function open() {
    clearTimeout(retry);
    const { events, cursor } = page.body.dataset;
    source = new EventSource(`${events}${events.includes('?') ? '&' : '?'}since=${cursor}`);
    source.addEventListener('open', () => say('live', 'live'));
    source.addEventListener('list', onList);
    source.addEventListener('answer', (event) => showAnswer(JSON.parse(event.data)));
    source.addEventListener('signed-out', () => {
      source.close();
      say('signed out', 'lost');
      location.assign('/sign-in');
    });
    source.addEventListener('error', () => {
      say('reconnecting', 'lost');
      // A refused stream stays closed; a broken one comes back by itself.
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(open, 3000);
    });
  }

  function onVisible() {
    if (page.visibilityState === 'hidden') {
      clearTimeout(retry);
      source.close();
    } else if (source.readyState === EventSource.CLOSED) {
      open();
    }
  }

  page.addEventListener('visibilitychange', onVisible);
  addEventListener('pagehide', () => source.close());
  addEventListener('pageshow', (event) => event.persisted && open());
  open();
}

function say(words, state) {
  const badge = page.querySelector('.live');
  if (badge === null) return;
  badge.hidden = false;
  badge.textContent = words;
  badge.dataset.state = state;
}

function onList(event) {
  const { list, order, keep, html } = JSON.parse(event.data);
  page.body.dataset.cursor = event.lastEventId || page.body.dataset.cursor;
  const place = page.querySelector(`[data-list="${list}"]`);
  if (place === null) return;
  const atEnd = isAtEnd();
  const focused = page.activeElement;
  const fresh = [];
  for (const [key, text] of Object.entries(html)) {
    const element = put(place, key, text);
    if (element !== undefined) fresh.push(element);
  }
  if (order !== undefined) arrange(place, order, keep);
  // A moved element loses the focus, though it is still there.
  if (focused !== page.activeElement && focused?.isConnected)
    focused.focus({ preventScroll: true });
  dressTimes(place);
  markHere();
  if (list === 'thread') afterThread(fresh, atEnd);
}

/** Puts one fragment in its place; the element, when somebody should hear of it. */
function put(place, key, text) {
  const next = elementOf(text);
  const old = childOf(place, key);
  if (old === undefined) {
    place.append(next);
    holdButtons(next.querySelectorAll('form[data-key] button'));
    return next;
  }
  if (old.dataset.digest === next.dataset.digest && sameActions(old, next)) return undefined;
  morph(old, next);
  return old;
}

function arrange(place, order, keep) {
  const wanted = new Set(order);
  for (const child of [...place.children]) {
    if (!keep && !wanted.has(child.dataset.key)) child.remove();
  }
  const present = order.map((key) => childOf(place, key)).filter((child) => child !== undefined);
  for (const [index, child] of present.entries()) {
    if (place.children[index] !== child) place.insertBefore(child, place.children[index] ?? null);
  }
}

function childOf(place, key) {
  return [...place.children].find((child) => child.dataset.key === key);
}

function elementOf(text) {
  const template = page.createElement('template');
  template.innerHTML = text.trim();
  return template.content.firstElementChild;
}

function sameActions(old, next) {
  const keys = (element) =>
    [...element.querySelectorAll('[data-key]')].map((one) => one.dataset.key).join('\n');
  return keys(old) === keys(next);
}

/**
 * Changes an element into the new one and leaves alone what is already so: the focus, a selection and a scroll
 * position survive. Elements with keys never turn into one another, so a button never changes under a finger.
 */
function morph(old, next) {
  if (
    old.nodeType !== next.nodeType ||
    old.nodeName !== next.nodeName ||
    keyOf(old) !== keyOf(next)
  ) {
    replace(old, next);
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== next.data) old.data = next.data;
    return;
  }
  for (const { name, value } of next.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const name of old.getAttributeNames()) {
    if (!next.hasAttribute(name) && !ours.has(name)) old.removeAttribute(name);
  }
  const nexts = [...next.childNodes];
  const olds = [...old.childNodes];
  for (const [index, child] of nexts.entries()) {
    if (olds[index] === undefined) old.append(child);
    else morph(olds[index], child);
  }
  for (const child of olds.slice(nexts.length)) leave(child);
}

const ours = new Set([
  'disabled',
  'aria-current',
  'title',
  'data-today',
  'data-age',
  'data-sent',
  'open',
]);

function keyOf(node) {
  return node.dataset?.key;
}

function replace(old, next) {
  const card = old.parentElement?.closest('[data-key]');
  const held = old.contains(page.activeElement);
  old.replaceWith(next);
  if (held) card?.focus({ preventScroll: true });
  if (next.nodeType === Node.ELEMENT_NODE) {
    const inside = next.querySelectorAll('button');
    holdButtons(next.matches('form[data-key], .actions') ? inside : []);
  }
}

function leave(child) {
  const card = child.parentElement?.closest('[data-key]');
  const held = child.contains(page.activeElement);
  child.remove();
  if (held) card?.focus({ preventScroll: true });
}

/** A button that has just appeared takes no press for a moment: nobody can have meant it yet. */
function holdButtons(buttons) {
  for (const button of buttons) {
    button.disabled = true;
    setTimeout(() => {
      button.disabled = false;
    }, 400);
  }
}

function afterThread(fresh, wasAtEnd) {
  const root = page.querySelector('[data-list="thread"] > [data-key="root"]');
  const mark = root?.querySelector('.mark')?.textContent ?? '';
  const title = root?.querySelector('h2')?.textContent ?? '';
  if (mark !== '') page.title = `${mark} · ${title} · Tocsin`;
  if (fresh.length === 0) return;
  announce(fresh.map(spoken).join('. '));
  if (wasAtEnd) reveal(fresh[0]);
  else if (fresh.some((one) => one.dataset.key !== 'root' && isBelow(one))) hint(true);
}

/** Of a card only its mark and title are read aloud; the rest can be looked up. */
function spoken(element) {
  const mark = element.querySelector('.mark')?.textContent;
  const title = element.querySelector('h2')?.textContent;
  return mark === undefined ? element.textContent : `${mark}: ${title}`;
}

function announce(words) {
  page.querySelector('#announcer').textContent = words;
}

function isAtEnd() {
  const { scrollHeight, clientHeight, scrollTop } = page.documentElement;
  return scrollHeight - clientHeight - scrollTop < 80 && scrollTop > 0;
}

function isBelow(element) {
  return element.getBoundingClientRect().bottom > innerHeight - 80;
}

/** What is new is read from its beginning: the page goes to its end only if that keeps the beginning in sight. */
function reveal(element) {
  const { scrollHeight } = page.documentElement;
  const below = scrollHeight - scrollY - element.getBoundingClientRect().top;
  if (below < innerHeight - 60) toEnd();
  else element.scrollIntoView({ block: 'start' });
}

function toEnd() {
  scrollTo({ top: page.documentElement.scrollHeight });
  hint(false);
}

function hint(shown) {
  const hintLine = page.querySelector('.new-lines');
  if (hintLine !== null) hintLine.hidden = !shown;
}

function onScroll() {
  if (isAtEnd()) hint(false);
}

// ---- sending

async function onSubmit(event) {
  const form = event.target;
  const does = form.dataset.does;
  if (does !== 'say' && does !== 'press' && does !== 'fill') return;
  event.preventDefault();
  if (form.dataset.busy !== undefined) return;
  form.dataset.busy = '';
  form.setAttribute('aria-busy', 'true');
  const { cause } = form.elements;
  // A request that got no answer is sent again under the same cause, so that nothing happens twice; another request
  // is another cause, else it would get the answer of the first.
  const what = contentOf(form);
  if (cause.value === '' || form.dataset.sent !== what) cause.value = drawCause();
  form.dataset.sent = what;
  try {
    const answer = await send(form);
    page.querySelector(`[data-key="lost/${cause.value}"]`)?.remove();
    cause.value = '';
    if (does === 'say') afterSaid(form);
    // What was refused unread stays to be mended; what was taken makes room for its answer.
    const filled = does === 'fill' && answer.taken ? form.closest('.answer') : null;
    const held = filled?.contains(page.activeElement);
    filled?.remove();
    const shown = showAnswer(answer, true);
    if (held) focusOn(shown);
  } catch {
    showAnswer({ key: `lost/${cause.value}`, html: lostHtml() }, true);
  } finally {
    delete form.dataset.busy;
    form.removeAttribute('aria-busy');
  }
}

function contentOf(form) {
  const fields = [...new FormData(form)].filter(([name]) => name !== 'cause');
  return new URLSearchParams(fields).toString();
}

async function send(form) {
  const response = await fetch(form.action, {
    method: 'POST',
    headers: { Accept: 'application/json' },
    body: new URLSearchParams(new FormData(form)),
  });
  const answer = await response.json();
  if (response.status === 401) location.assign('/sign-in');
  const { key = `refused/${drawCause()}`, html } = answer;
  return { key, html, taken: response.ok };
}

function drawCause() {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

function lostHtml() {
  return `<article class="card tone-failed" tabindex="-1"><header><p class="mark">NO ANSWER</p>
<h2>The bot did not answer</h2></header>
<p class="text">It is not known whether it was taken. Press again: the same request is never done twice.</p></article>`;
}

function showAnswer({ key, html }, mine = false) {
  const place = page.querySelector('#answers');
  if (place === null || childOf(place, key) !== undefined) return undefined;
  let element = elementOf(html);
  if (element.dataset.key !== key) {
    const box = page.createElement('section');
    box.className = 'answer';
    box.dataset.key = key;
    const close = page.createElement('button');
    close.type = 'button';
    close.className = 'dismiss';
    close.dataset.does = 'dismiss';
    close.textContent = 'Dismiss';
    box.append(close, element);
    element = box;
  }
  const first = element.querySelector('[autofocus]');
  // The page has the focus somewhere already: a browser would only complain about the attribute.
  first?.removeAttribute('autofocus');
  place.append(element);
  holdButtons(element.querySelectorAll('form[data-key] button'));
  makeRoom(place);
  dressTimes(element);
  announce(spoken(element));
  if (mine) {
    first?.focus({ preventScroll: true });
    reveal(element);
  } else if (isBelow(element)) hint(true);
  return element;
}

/** The oldest answers leave; a form, which somebody may be filling in, only when there is nothing else. */
function makeRoom(place) {
  while (place.children.length > 5) {
    const read = [...place.children]
      .slice(0, -1)
      .find((one) => one.querySelector('.fill') === null);
    (read ?? place.firstElementChild).remove();
  }
}

/** Whoever was in the form goes on in what came of it. */
function focusOn(answer) {
  if (answer?.contains(page.activeElement)) return;
  (answer?.querySelector('article') ?? promptInput())?.focus({ preventScroll: true });
}

function onClick(event) {
  const does = event.target.closest('[data-does]')?.dataset.does;
  if (does === 'dismiss') dismiss(event.target.closest('.answer'));
  if (does === 'to-end') toEnd();
  const option = event.target.closest('[role="option"]');
  if (option !== null) accept(option);
}

function dismiss(answer) {
  const next = answer.nextElementSibling ?? answer.previousElementSibling;
  answer.remove();
  (next?.querySelector('.dismiss') ?? promptInput())?.focus();
}

function onChange(event) {
  if (event.target.closest('[data-does="pick"]') !== null) event.target.form.requestSubmit();
}

// ---- the command line

function promptInput() {
  return page.querySelector('#line');
}

function startPrompt() {
  const input = promptInput();
  if (input === null) return;
  let asked = 0;
  input.addEventListener('input', async () => {
    delete input.dataset.back;
    asked += 1;
    const mine = asked;
    const found = await suggestionsFor(input);
    if (mine === asked && page.activeElement === input) suggest(found);
  });
  // After the click on an option had its turn.
  input.addEventListener('blur', () => setTimeout(() => suggest([]), 150));
}

async function suggestionsFor(input) {
  if (input.value.trim() === '') return [];
  try {
    const url = `${input.form.dataset.complete}?line=${encodeURIComponent(input.value)}`;
    const response = await fetch(url, { headers: { Accept: 'application/json' } });
    const found = response.ok ? await response.json() : [];
    return found.filter((one) => one.insert !== input.value);
  } catch {
    return [];
  }
}

function suggest(found) {
  const list = page.querySelector('#suggestions');
  const input = promptInput();
  list.replaceChildren(...found.map(optionOf));
  list.hidden = found.length === 0;
  input.setAttribute('aria-expanded', String(found.length > 0));
  input.removeAttribute('aria-activedescendant');
}

function optionOf({ insert, label }, index) {
  const option = page.createElement('li');
  option.id = `suggestion-${index}`;
  option.setAttribute('role', 'option');
  option.setAttribute('aria-selected', 'false');
  option.dataset.insert = insert;
  const code = page.createElement('code');
  code.textContent = insert;
  const words = page.createElement('span');
  words.textContent = label === insert ? '' : label;
  option.append(code, words);
  return option;
}

function accept(option) {
  const input = promptInput();
  input.value = option.dataset.insert;
  input.focus();
  input.setSelectionRange(input.value.length, input.value.length);
  suggest([]);
  if (input.value.endsWith(' ')) input.dispatchEvent(new Event('input'));
}

function onKey(event) {
  const input = promptInput();
  if (event.key === 'Escape' && event.target !== input) {
    const answer = event.target.closest?.('.answer');
    if (answer) dismiss(answer);
    return;
  }
  if (event.target === input) onPromptKey(event, input);
  else if (event.key === '/' && input !== null && !isEditing(event.target) && !hasModifier(event)) {
    event.preventDefault();
    input.focus({ preventScroll: true });
  }
}

function isEditing(element) {
  return element.matches('input, select, textarea');
}

function hasModifier(event) {
  return event.ctrlKey || event.metaKey || event.altKey;
}

/** The list of suggestions first; when it is closed, up and down walk through what was typed before. */
function onPromptKey(event, input) {
  if (event.isComposing || hasModifier(event)) return;
  const options = [...page.querySelectorAll('#suggestions > [role="option"]')];
  const at = options.findIndex((option) => option.getAttribute('aria-selected') === 'true');
  const open = options.length > 0;
  const act = {
    ArrowDown: () => (open ? choose(options, at + 1) : recall(input, -1)),
    ArrowUp: () => (open && at >= 0 ? choose(options, at - 1) : recall(input, 1)),
    Tab: open && !event.shiftKey ? () => accept(options[Math.max(at, 0)]) : undefined,
    Enter: at >= 0 ? () => accept(options[at]) : undefined,
    Escape: () => (open ? suggest([]) : clear(input)),
  }[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
}

function choose(options, index) {
  const input = promptInput();
  const at = Math.min(index, options.length - 1);
  for (const [place, option] of options.entries()) {
    option.setAttribute('aria-selected', String(place === at));
  }
  if (at < 0) input.removeAttribute('aria-activedescendant');
  else input.setAttribute('aria-activedescendant', options[at].id);
  options[at]?.scrollIntoView({ block: 'nearest' });
}

function clear(input) {
  input.value = '';
  delete input.dataset.back;
}

/** The lines typed in this tab by this person; they leave with the tab. */
function recall(input, step) {
  const lines = historyOf(input.form);
  const back = Math.min(Math.max(Number(input.dataset.back ?? 0) + step, 0), lines.length);
  input.dataset.back = String(back);
  input.value = back === 0 ? '' : lines[lines.length - back];
  suggest([]);
}

function historyOf(form) {
  try {
    return JSON.parse(sessionStorage.getItem(`lines/${form.dataset.history}`) ?? '[]');
  } catch {
    return [];
  }
}

function afterSaid(form) {
  const input = form.elements.line;
  const lines = historyOf(form).filter((line) => line !== input.value);
  const kept = [...lines, input.value].slice(-100);
  sessionStorage.setItem(`lines/${form.dataset.history}`, JSON.stringify(kept));
  clear(input);
  suggest([]);
}

// ---- times

/** The server writes UTC; here the reader's own time is put behind it, and the age where an age is wanted. */
function dressTimes(place) {
  const now = Date.now();
  const today = new Date(now).toISOString().slice(0, 10);
  for (const time of place.querySelectorAll('time')) {
    const at = new Date(time.dateTime);
    time.title = `${at.toLocaleString()} (your time) · ${time.dateTime}`;
    time.toggleAttribute('data-today', time.dateTime.startsWith(today));
    if (time.closest('.when') !== null) time.dataset.age = ageOf(now - at.getTime());
  }
}

function ageOf(ms) {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / 1440)} days`;
}

function markHere() {
  const here = new URL(location.pathname, location.href).href;
  for (const link of page.querySelectorAll('.side .row > a')) {
    if (link.href === here) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

// ---- signing in

/** The token leaves the address bar at once, is looked up for the name, and signs in only when the button is pressed. */
async function startSignIn() {
  const form = page.querySelector('[data-does="sign-in"]');
  if (form === null || location.hash.length < 2) return;
  form.elements.token.value = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  const response = await fetch('/sign-in/look', {
    method: 'POST',
    headers: { Accept: 'application/json' },
    body: new URLSearchParams(new FormData(form)),
  });
  const found = await response.json();
  const status = form.querySelector('.status');
  if (!response.ok) {
    form.elements.token.value = '';
    status.replaceChildren(elementOf(found.html));
    return;
  }
  const button = form.querySelector('button');
  button.textContent = `Sign in as ${found.name}`;
  form.querySelector('.token').hidden = true;
  form.querySelector('#sign-in-how').hidden = true;
  button.focus();
}
