// warn.js - says in the console, once, why the server gives no number. 404: no site has this
// key; 403: this address is not in its list. Nor does it hear then that the page shows one: a
// number of before, painted from the tab or left of a visit that the server no longer knows, is
// another visitor's soon, and the page shows its own.
export default function (tag) {
	let said = 0;
	return (status) => {
		if (!said++) console.warn('ringtrace:', status, tag.site);
		tag.answered({ tier: 'none', why: 'closed', swap: [] });
	};
}
