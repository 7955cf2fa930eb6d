// layout.js - places steps from left to right, so that ways out do not cross
// more than they must.
import dagre from '@dagrejs/dagre';

import { exits, moveSteps, placeOf } from './model.js';

export const CARD_WIDTH = 220;

/** Rough height of a card: its head and one line for each way out. */
export const cardHeight = (step, type) => 64 + 24 * exits(step, type).length;

export function layout(doc, types) {
	const g = new dagre.graphlib.Graph();
	g.setGraph({ rankdir: 'LR', nodesep: 40, ranksep: 100, marginx: 40, marginy: 40 });
	g.setDefaultEdgeLabel(() => ({}));
	for (const [key, step] of Object.entries(doc.steps))
		g.setNode(key, { width: CARD_WIDTH, height: cardHeight(step, types[step.type] ?? {}) });
	for (const [key, step] of Object.entries(doc.steps))
		for (const e of exits(step, types[step.type] ?? {}))
			if (e.to !== null && Object.hasOwn(doc.steps, e.to))
				g.setEdge(key, e.to);
	dagre.layout(g);
	const moved = {};
	for (const key of g.nodes()) {
		const n = g.node(key);
		moved[key] = { x: n.x - n.width / 2, y: n.y - n.height / 2 };
	}
	return moveSteps(doc, moved);
}

/** Gives places to the steps that have none (an imported or old document). */
export function placed(doc, types) {
	return Object.values(doc.steps).every((s) => placeOf(s) !== null) ? doc : layout(doc, types);
}
