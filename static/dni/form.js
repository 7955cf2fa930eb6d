// form.js - what a visitor wrote into a form of the site, to be told with its
// submission. t.js fetches it when somebody begins to fill one in.
//
// Only forms that somebody is to answer: with an e-mail, a telephone or a long
// text field, or two texts. A form with a password or with fields of a payment
// card is left alone whole, as is one below data-no-capture (data-cr-no-capture,
// data-calltrk-noswap pages know); a field with it is left out. The server
// looks again (lib/core/formrule).
import plain from './plain.js';

const OUT = '[data-no-capture],[data-cr-no-capture],[data-noform]';
const SECRET = /passw|passphr|passcode|pwd|card.?(num|no|hold|exp|code|sec)|\bcc.?(n|exp|csc|type)|cvc|cvv|\biban|account.?num|routing|\bssn|social.?sec/i;
// Characters; even of three bytes each, a whole form is less than a browser's
// beacon may be (64 kB). What is cut ends in the mark.
const FIELDS = 40, VALUE = 4000, TOTAL = 16000, MARK = '…';


// A payment card's number: 13 to 19 digits with the right check digit.
function isCard(s) {
	const d = s.replace(/[ \-]/g, '');
	let sum = 0;
	if (!/^\d{13,19}$/.test(d)) return false;
	for (let i = 0; i < d.length; i++) {
		const n = +d.charAt(d.length - 1 - i) * (i % 2 + 1);
		sum += n > 9 ? n - 9 : n;
	}
	return sum % 10 === 0;
}

// A field may be named like a member of its form (<input name="id">), and is
// then what form.id gives: all that is asked of a form itself goes round that.
const attribute = (el, name) => Element.prototype.getAttribute.call(el, name) || '';
const outside = (el) => Element.prototype.closest.call(el, OUT);
const elements = (form) => Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, 'elements').get.call(form);

// { form, fields: [[name, value], …] }, or undefined when it is none of ours.
function answers(form) {
	const fields = [];
	let rank = 0, left = TOTAL;
	if (outside(form) || attribute(form, 'role') === 'search') return;
	for (const f of elements(form)) {
		const type = f.type, name = f.name || f.id || '';
		let value = String(f.value || '');
		if (type === 'password' || SECRET.test(name + ' ' + f.autocomplete)) return;
		if (isCard(value)) return;
		if (!name || !value || f.disabled || outside(f) || /^(hidden|file|submit|button|reset|image|fieldset|search)$/.test(type)) continue;
		if (/^(checkbox|radio)$/.test(type) && !f.checked) continue;
		rank += type === 'email' || type === 'tel' || f.nodeName === 'TEXTAREA' ? 2 : type === 'text' ? 1 : 0;
		const max = Math.min(VALUE, left - name.length);
		if (value.length > max) value = value.slice(0, Math.max(max - 1, 0)) + MARK;
		left -= name.length + value.length;
		if (fields.length < FIELDS && left > 0) fields.push([name.slice(0, 100), value]);
	}
	return rank < 2 ? undefined : { form: (attribute(form, 'name') || attribute(form, 'id')).slice(0, 100), fields };
}

export default function (tag) {
	const told = new WeakMap();

	// Sent twice by an impatient finger, it is told once.
	return (form) => {
		if (!form || !(tag.ids.visit || tag.boss) || tag.attr('forms') === 'no' || told.get(form) > Date.now() - 2000) return;
		const f = form.nodeName ? answers(form) : undefined;
		if (!f) return;
		told.set(form, Date.now());
		[f.fields, ...f.fields].forEach(plain);
		tag.beacon('event', { kind: 'form', url: window.location.href.slice(0, 2048), ...f });
		tag.tell('form', { form: f.form });
	};
}
