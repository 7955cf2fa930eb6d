// sip_messages.mjs - messages that SIPp scenarios are made of: a caller's
// requests and a called side's answers, in the shapes of real carriers.
import { sdp } from './sip.mjs';

/** A caller's request to a number. more: further header lines. */
export const head = (method, cseq, number, more = '') => `${method} sip:${number}@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:+14155550100@[local_ip]>;tag=[pid][call_number]
To: <sip:${number}@[remote_ip]>[peer_tag_param]
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Contact: <sip:+14155550100@[local_ip]:[local_port]>
Max-Forwards: 70
${more}`;
export const invite = (number, cseq = 1, body = sdp(), more = '') => head('INVITE', cseq, number, `${more}Content-Type: application/sdp\nContent-Length: [len]\n\n${body}`);
export const plain = (method, cseq, number) => head(method, cseq, number, 'Content-Length: 0\n');

/** A called side's answer; makes the To tag. */
export const answer = (status, reason, body = '', more = '') => `SIP/2.0 ${status} ${reason}
[last_Via:]
[last_Record-Route:]
[last_From:]
[last_To:];tag=[pid]b[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
${more}${body ? `Content-Type: application/sdp\nContent-Length: [len]\n\n${body}` : 'Content-Length: 0\n'}`;
/** An answer to a request inside the dialog: the tag is there. */
export const again = (status = 200, reason = 'OK', body = '') => answer(status, reason, body).replace(/;tag=\[pid\]b\[call_number\]/, '');
/** A request of the called side; its From is the INVITE's To. */
export const ask = (method, cseq) => `${method} [next_url] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
[routes]
From: [$2];tag=[pid]b[call_number]
To: [$1]
[last_Call-ID:]
CSeq: ${cseq} ${method}
Max-Forwards: 70
Content-Length: 0
`;
/** recv INVITE that remembers what ask() needs. */
export const recvInvite = '<recv request="INVITE" rrs="true"><action><ereg regexp=".*" search_in="hdr" header="From:" assign_to="1"/><ereg regexp=".*" search_in="hdr" header="To:" assign_to="2"/></action></recv>';
