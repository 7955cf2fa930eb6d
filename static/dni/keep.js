// keep.js - where the page says that nothing is to be changed; of the tag and of its
// part for frames. The stub is told by what t.js keeps (rt_p), so what is added here counts there, too.
export const STAYS = '[contenteditable]:not([contenteditable=false]),option:not([value]),object,noscript,[data-noswap],' +
	'script,[data-calltrk-noswap],style,template,meta', KEEP = 'textarea,' + STAYS;

// Nothing is changed there, nor in shadow roots below it.
export function kept(el) {
	for (; el; el = (el = el.getRootNode()).nodeType > 9 && el.host) if (el.closest?.(KEEP) || el.ownerDocument?.designMode > 'off') return 1;
}
