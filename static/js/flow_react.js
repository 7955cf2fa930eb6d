// flow_react.js - React for the flow builder, in a file of its own: flow.js is
// built to ask for it by name (esbuild: external).
import * as react from 'react';
import * as jsx from 'react/jsx-runtime';
import * as dom from 'react-dom';
import * as client from 'react-dom/client';

const parts = { react, 'react/jsx-runtime': jsx, 'react-dom': dom, 'react-dom/client': client };

globalThis.require = (name) => parts[name];
