/* 填报: drafts and a queue on the user's own device, and the clock of idleness. Without script every form works; with it
   nothing typed is lost when the line is down. Nothing is kept on a public computer. ES2015, no service worker: those need
   https. What is kept carries the name of its user, is shown to nobody else, and goes when he logs out. */
(function () {
  'use strict';
  const PREFIX = 'lw:';
  const english = document.documentElement.lang === 'en';
  const say = function (chinese, other) { return english ? other : chinese; };
  const note = document.querySelector('.place-note');
  const form = document.getElementById('form');
  const status = document.getElementById('device');

  function store() {
    try { return window.localStorage; } catch (error) { return null; }
  }
  function each(visit) {
    const kept = store();
    if (!kept) { return; }
    Object.keys(kept).filter(function (key) { return key.indexOf(PREFIX) === 0; }).forEach(visit);
  }
  function read(key) {
    try { return JSON.parse(store().getItem(key)); } catch (error) { return null; }
  }
  function write(key, value) {
    try { store().setItem(key, JSON.stringify(value)); return true; } catch (error) { return false; }
  }
  function drop(key) {
    try { store().removeItem(key); } catch (error) { /* nothing is kept there */ }
  }

  /* Logging out wipes everything of ours from the device. */
  document.addEventListener('submit', function (event) {
    if (!/\/logout$/.test(event.target.getAttribute('action') || '')) { return; }
    let unsent = false;
    each(function (key) { unsent = unsent || key.indexOf(':queue:') > 0; });
    if (unsent && !window.confirm(say('还有没发出去的内容，退出会把它清除。仍要退出吗？',
      'Something has not been sent yet; logging out wipes it. Log out all the same?'))) {
      event.preventDefault();
      return;
    }
    each(drop);
  });

  /* A receipt ends the draft it is for. */
  const done = document.querySelector('[data-done]');
  if (done) {
    drop(PREFIX + done.getAttribute('data-user') + ':draft:' + done.getAttribute('data-done'));
    drop(PREFIX + done.getAttribute('data-user') + ':queue:' + done.getAttribute('data-done'));
  }

  /* Elsewhere it is told what still waits on this device. */
  if (note && !form && note.getAttribute('data-computer') === 'own') {
    each(function (key) {
      const queued = read(key);
      if (key.indexOf(PREFIX + note.getAttribute('data-user') + ':queue:') !== 0 || !queued) { return; }
      const link = document.createElement('a');
      link.href = queued.page;
      link.textContent = say('有一份没有发出去，点这里补发', 'Something has not been sent yet; send it now');
      note.appendChild(document.createElement('br'));
      note.appendChild(link);
    });
  }
  if (note) { watchIdleness(); }
  if (form && form.hasAttribute('data-keep')) { keep(); }

  function tell(text) {
    status.textContent = text;
    status.hidden = false;
  }
  function offer(text, label, act) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'second';
    button.textContent = label;
    button.addEventListener('click', act);
    tell(text);
    status.appendChild(button);
  }

  function keep() {
    const name = form.getAttribute('data-keep');
    const own = PREFIX + form.getAttribute('data-user') + ':';
    const draftKey = own + 'draft:' + name;
    const queueKey = own + 'queue:' + name;
    let sending = false;
    let waiting = 0;

    function fields(pressed) {
      const found = [];
      Array.prototype.forEach.call(form.elements, function (one) {
        const off = (one.type === 'checkbox' || one.type === 'radio') && !one.checked;
        if (one.name && one.name !== 'csrf' && one.tagName !== 'BUTTON' && !off) { found.push([one.name, one.value]); }
      });
      if (pressed && pressed.name) { found.push([pressed.name, pressed.value]); }
      return found;
    }
    function fill(kept) {
      const single = {};
      kept.forEach(function (pair) { single[pair[0]] = pair[1]; });
      Array.prototype.forEach.call(form.elements, function (one) {
        if (!one.name || one.name === 'csrf' || one.name === 'asked' || one.tagName === 'BUTTON') { return; }
        if (one.type === 'checkbox') { one.checked = one.name in single; }
        else if (one.type === 'radio') { one.checked = single[one.name] === one.value; }
        else if (one.name in single) { one.value = single[one.name]; }
        const theme = one.closest('details');
        if (theme && one.type !== 'hidden' && single[one.name]) { theme.open = true; }
      });
    }
    function save() {
      if (write(draftKey, { at: Date.now(), fields: fields() })) {
        tell(say('草稿已存在本机', 'The draft is kept on this device'));
      }
    }
    function body(kept) {
      const said = new URLSearchParams();
      kept.forEach(function (pair) { said.append(pair[0], pair[1]); });
      said.append('csrf', form.elements.csrf.value);
      return said;
    }
    function later() {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(resend, 8000);
    }
    /* The page of the server says what is the matter: a question, a conflict, a login. Nothing was stored yet. */
    function ask(kept) {
      drop(queueKey);
      fill(kept);
      kept.forEach(function (pair) {
        if (pair[0] !== 'nil') { return; }
        const nil = document.createElement('input');
        nil.type = 'hidden';
        nil.name = pair[0];
        nil.value = pair[1];
        form.appendChild(nil);
      });
      form.submit();
    }
    function resend() {
      const queued = read(queueKey);
      if (!queued || sending) { return; }
      sending = true;
      tell(say('正在提交…', 'Sending…'));
      /* The same idempotency key as at the first try: whether or not that arrived, it is stored once. */
      fetch(form.action, { method: 'POST', body: body(queued.fields), credentials: 'same-origin' }).then(function (answer) {
        sending = false;
        if (answer.ok && answer.redirected) {
          drop(queueKey);
          drop(draftKey);
          window.location.assign(answer.url);
        } else if (answer.status >= 500 || answer.status === 429) {
          tell(say('服务暂时不可用，内容已存在本机，稍后自动补发', 'The service is away; kept here and sent again later'));
          later();
        } else {
          ask(queued.fields);
        }
      }, function () {
        sending = false;
        tell(say('网络不通：已存入待发队列，联网后自动补发', 'Offline: queued here and sent when the line is back'));
        later();
      });
    }

    const queued = read(queueKey);
    const draft = read(draftKey);
    if (form.hasAttribute('data-settled')) {
      drop(queueKey);
      save();
      status.hidden = true;
    } else if (queued) {
      fill(queued.fields);
      resend();
    } else if (draft) {
      fill(draft.fields);
      offer(say('已恢复本机的草稿', 'The draft of this device is back'), say('放弃草稿', 'Drop the draft'), function () {
        drop(draftKey);
        window.location.reload();
      });
    }
    let soon = 0;
    form.addEventListener('input', function () {
      window.clearTimeout(soon);
      soon = window.setTimeout(save, 300);
    });
    form.addEventListener('submit', function (event) {
      const pressed = event.submitter || document.activeElement;
      const kept = { page: window.location.href, fields: fields(pressed && pressed.form === form ? pressed : null) };
      window.clearTimeout(soon);
      save();
      if (!window.fetch || !window.URLSearchParams || !write(queueKey, kept)) { return; }
      event.preventDefault();
      resend();
    });
    window.addEventListener('online', resend);
  }

  function watchIdleness() {
    const left = note.querySelector('.idle-left');
    const idle = Number(note.getAttribute('data-idle')) * 1000;
    const isPublic = note.getAttribute('data-computer') === 'public';
    let last = Date.now();
    let told = Date.now();
    function act() {
      last = Date.now();
      if (last - told > 60000) {
        told = last;
        if (window.fetch) { fetch(note.getAttribute('data-alive'), { credentials: 'same-origin' }).catch(function () {}); }
      }
    }
    ['keydown', 'pointerdown', 'input'].forEach(function (kind) { document.addEventListener(kind, act, true); });
    if (!isPublic) { return; }
    window.setInterval(function () {
      const rest = idle - (Date.now() - last);
      if (rest <= 0) {
        if (form) { form.reset(); }
        window.location.replace(note.getAttribute('data-login'));
      } else if (rest < 180000) {
        const minutes = Math.ceil(rest / 60000);
        left.hidden = false;
        left.textContent = say('还有 ' + minutes + ' 分钟结束', minutes + ' min left');
      } else {
        left.hidden = true;
      }
    }, 5000);
  }
})();
