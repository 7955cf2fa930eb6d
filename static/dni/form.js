// form.js - what a visitor wrote into a form of the site, to be told with its
// submission. t.js fetches it when somebody begins to fill one in.
//
// Only forms that somebody is to answer: with an e-mail, a telephone or a long
// text field, or two texts. A form with a password or with fields of a payment
// card is left alone whole, as is one below data-no-capture (data-cr-no-capture,
// data-calltrk-noswap pages know); a field with it is left out. The server
// looks again (lib/core/formrule).

(function (w) {
'use strict';
var OUT = '[data-no-capture],[data-cr-no-capture],[data-noform]';
var SECRET = /passw|passphr|passcode|pwd|card.?(num|no|hold|exp|code|sec)|\bcc.?(n|exp|csc|type)|cvc|cvv|\biban|account.?num|routing|\bssn|social.?sec/i;
var FIELDS = 40, VALUE = 1000, TOTAL = 8000;

// A payment card's number: 13 to 19 digits with the right check digit.
function isCard(s) {
	var d = s.replace(/[ \-]/g, ''), sum = 0;
	if (!/^\d{13,19}$/.test(d)) return false;
	for (var i = 0; i < d.length; i++) {
		var n = +d.charAt(d.length - 1 - i) * (i % 2 + 1);
		sum += n > 9 ? n - 9 : n;
	}
	return sum % 10 === 0;
}

// { form, fields: [[name, value], …] }, or undefined when it is none of ours.
w.ringtrace.form = function (form) {
	var fields = [], rank = 0, left = TOTAL;
	// Sent twice by an impatient finger, it is told once.
	if (!form || form.rtAt > Date.now() - 2000 || !form.elements || form.closest(OUT) || form.getAttribute('role') === 'search') return;
	for (var i = 0; i < form.elements.length; i++) {
		var f = form.elements[i], type = f.type, name = f.name || f.id || '', value = String(f.value || '');
		if (type === 'password' || SECRET.test(name + ' ' + f.autocomplete)) return;
		if (isCard(value)) return;
		if (!name || !value || f.disabled || f.closest(OUT) || /^(hidden|file|submit|button|reset|image|fieldset|search)$/.test(type)) continue;
		if (/^(checkbox|radio)$/.test(type) && !f.checked) continue;
		rank += type === 'email' || type === 'tel' || f.nodeName === 'TEXTAREA' ? 2 : type === 'text' ? 1 : 0;
		value = value.slice(0, Math.min(VALUE, left));
		left -= name.length + value.length;
		if (fields.length < FIELDS && left > 0) fields.push([name.slice(0, 100), value]);
	}
	if (rank < 2) return;
	form.rtAt = Date.now();
	return { form: (form.getAttribute('name') || form.id || '').slice(0, 100), fields: fields };
};
})(window);
