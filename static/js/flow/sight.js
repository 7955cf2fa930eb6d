// sight.js - what of the canvas is in sight: all of a flow while that can be
// read, else its first step, large enough to read.
import { getViewportForBounds } from '@xyflow/react';
import { useEffect, useState } from 'react';

export const MIN_ZOOM = 0.1;
export const FIT = { maxZoom: 1, padding: 0.08 };
export const MAP_ABOVE = 20; // so many steps need a map
const READABLE = 0.6;
const READING = 0.85;
const MARGIN_PX = 32;

/** Shows the flow from its beginning; board: the element of the canvas. */
export function begin(view, board, first) {
	const { width, height } = board.getBoundingClientRect();
	const card = view.getInternalNode(first);
	const all = getViewportForBounds(view.getNodesBounds(view.getNodes()), width, height, MIN_ZOOM, FIT.maxZoom, FIT.padding);
	if (!card || all.zoom >= READABLE)
		return view.fitView(FIT);
	const y = height / 2 - (card.position.y + (card.measured.height ?? 0) / 2) * READING;
	return view.setViewport({ x: MARGIN_PX - card.position.x * READING, y, zoom: READING });
}

/** Whether the screen is so narrow that the builder's parts stand under each
 *  other; the width is that of flow_narrow.css. */
export function useNarrow() {
	const [query] = useState(() => matchMedia('(max-width: 760px)'));
	const [narrow, setNarrow] = useState(query.matches);
	useEffect(() => {
		const told = () => setNarrow(query.matches);
		query.addEventListener('change', told);
		return () => query.removeEventListener('change', told);
	}, [query]);
	return narrow;
}
