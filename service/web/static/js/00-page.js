/* 页面共用: small comforts; every page works without them. ES2015 only. */
(function () {
  'use strict';
  /* A filter acts when it is chosen; its button stays for those without script. */
  document.addEventListener('change', function (event) {
    const form = event.target.closest ? event.target.closest('form[data-at-once]') : null;
    if (form && event.target.tagName === 'SELECT') { form.submit(); }
  });
  /* A form is sent once, however often the button is tapped. */
  document.addEventListener('submit', function (event) {
    const form = event.target;
    if (form.method !== 'post' || event.defaultPrevented) { return; }
    if (form.hasAttribute('data-sent')) { event.preventDefault(); return; }
    form.setAttribute('data-sent', '');
    window.setTimeout(function () { form.removeAttribute('data-sent'); }, 5000);
  });
})();
