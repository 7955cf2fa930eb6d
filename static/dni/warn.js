// warn.js - says in the console, once, why the server gives no number. 404: no site has this
// key; 403: this address is not in its list.
export default function (tag) {
	let said = 0;
	return (status) => said++ || console.warn('ringtrace:', status, tag.site);
}
