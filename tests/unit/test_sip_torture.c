/*
 * RFC 4475, SIP torture test messages: what each means to sip_msg.
 *
 * The messages are typed from the RFC; long runs that only repeat are cut. An
 * answer of 0 means accepted; "drop" that no answer can be built.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/sip/sip_msg.h"

#define DROP 1

static const struct {
	const char *name;
	unsigned int want; /* 0, DROP, or the status to refuse with */
	size_t n;          /* 0: strlen */
	const char *in;
} cases[] = {
	{ "3.1.1.1 wsinv: a short tortuous INVITE", 0, 0,
	    "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\n"
	    "TO :\r\n"
	    " sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n"
	    "from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n"
	    "  ;\r\n"
	    "  tag = 98asjd8\r\n"
	    "MaX-fOrWaRdS: 0068\r\n"
	    "Call-ID: wsinv.ndaksdj@192.0.2.1\r\n"
	    "Content-Length   : 5\r\n"
	    "cseq: 0009\r\n"
	    "  INVITE\r\n"
	    "Via  : SIP  /   2.0\r\n"
	    " /UDP\r\n"
	    "    192.0.2.2;branch=390skdjuw\r\n"
	    "s :\r\n"
	    "NewFangledHeader:   newfangled value\r\n"
	    " continued newfangled value\r\n"
	    "UnknownHeaderWithUnusualValue: ;;,,;;,;\r\n"
	    "Content-Type: application/sdp\r\n"
	    "Route:\r\n"
	    " <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\r\n"
	    "v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n"
	    "  branch  =   z9hG4bK9ikj8  ,\r\n"
	    " SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n"
	    " z9hG4bK30239\r\n"
	    "m:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =\r\n"
	    "      newvalue ;\r\n"
	    "  secondparam ; q = 0.33\r\n"
	    "\r\n"
	    "v=0\r\n" },
	{ "3.1.1.2 intmeth: wide range of valid characters", 0, 0,
	    "!interesting-Method0123456789_*+`.%indeed'~ "
	    "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:"
	    "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0\r\n"
	    "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~\r\n"
	    "To: \"BEL:\\\x07 NUL:\\\x01 DEL:\\\x7F\" "
	    "<sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com>\r\n"
	    "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>"
	    ";fromParam''~+*_!.-%=\"\xD1\x80\xD0\xB0\xD0\xB1\xD0\xBE\xD1\x82\""
	    ";tag=_token~1'+`*%!-.\r\n"
	    "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{\r\n"
	    "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~\r\n"
	    "Max-Forwards: 255\r\n"
	    "extensionHeader-!.%*+_`'~:\xEF\xBB\xBF\xE5\xA4\xA7\r\n"
	    "Content-Length: 0\r\n\r\n" },
	{ "3.1.1.3 esc01: valid use of the % escaping", 0, 0,
	    "INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0\r\n"
	    "To: sip:%75se%72@example.com\r\n"
	    "From: <sip:I%20have%20spaces@example.net>;tag=938\r\n"
	    "Max-Forwards: 87\r\n"
	    "i: esc01.239409asdfakjkn23onasd0-3234\r\n"
	    "CSeq: 234234 INVITE\r\n"
	    "Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bKkdjuw\r\n"
	    "C: application/sdp\r\n"
	    "Contact:\r\n"
	    "  <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>\r\n"
	    "Content-Length: 5\r\n\r\nv=0\r\n" },
	{ "3.1.1.4 escnull: escaped nulls in URIs", 0, 0,
	    "REGISTER sip:example.com SIP/2.0\r\n"
	    "To: sip:null-%00-null@example.com\r\n"
	    "From: sip:null-%00-null@example.com;tag=839923423\r\n"
	    "Max-Forwards: 70\r\n"
	    "Call-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd\r\n"
	    "CSeq: 14398234 REGISTER\r\n"
	    "Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw\r\n"
	    "Contact: <sip:%00@host5.example.com>\r\n"
	    "Contact: <sip:%00%00@host5.example.com>\r\n"
	    "L:0\r\n\r\n" },
	{ "3.1.1.5 esc02: % where it is no escape", 0, 0,
	    "RE%47IST%45R sip:registrar.example.com SIP/2.0\r\n"
	    "To: \"%Z%45\" <sip:resource@example.com>\r\n"
	    "From: \"%Z%45\" <sip:resource@example.com>;tag=f232jadfj23\r\n"
	    "Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf\r\n"
	    "Via: SIP/2.0/TCP host.example.com;branch=z9hG4bK209%fzsnel234\r\n"
	    "CSeq: 29344 RE%47IST%45R\r\n"
	    "Max-Forwards: 70\r\n"
	    "Contact: <sip:alias1@host1.example.com>\r\n"
	    "C%6Fntact: <sip:alias2@host2.example.com>\r\n"
	    "Contact: <sip:alias3@host3.example.com>\r\n"
	    "l: 0\r\n\r\n" },
	{ "3.1.1.6 lwsdisp: no LWS between name and <", 0, 0,
	    "OPTIONS sip:user@example.com SIP/2.0\r\n"
	    "To: sip:user@example.com\r\n"
	    "From: caller<sip:caller@example.com>;tag=323\r\n"
	    "Max-Forwards: 70\r\n"
	    "Call-ID: lwsdisp.1234abcd@funky.example.com\r\n"
	    "CSeq: 60 OPTIONS\r\n"
	    "Via: SIP/2.0/UDP funky.example.com;branch=z9hG4bKkdjuw\r\n"
	    "l: 0\r\n\r\n" },
	{ "3.1.1.8 dblreq: extra octets after the message", 0, 0,
	    "REGISTER sip:example.com SIP/2.0\r\n"
	    "To: sip:j.user@example.com\r\n"
	    "From: sip:j.user@example.com;tag=43251j3j324\r\n"
	    "Max-Forwards: 8\r\n"
	    "I: dblreq.0ha0isndaksdj99sdfafnl3lk233412\r\n"
	    "Contact: sip:j.user@host.example.com\r\n"
	    "CSeq: 8 REGISTER\r\n"
	    "Via: SIP/2.0/UDP 192.0.2.125;branch=z9hG4bKkdjuw23492\r\n"
	    "Content-Length: 0\r\n\r\n"
	    "INVITE sip:joe@example.com SIP/2.0\r\n"
	    "t: sip:joe@example.com\r\n\r\n" },
	{ "3.1.1.9 semiuri: semicolon in the user part", 0, 0,
	    "OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0\r\n"
	    "To: sip:j_user@example.com\r\n"
	    "From: sip:caller@example.org;tag=33242\r\n"
	    "Max-Forwards: 3\r\n"
	    "Call-ID: semiuri.0ha0isndaksdj\r\n"
	    "CSeq: 8 OPTIONS\r\n"
	    "Accept: application/sdp, application/pkcs7-mime,\r\n"
	    "        multipart/mixed, multipart/signed,\r\n"
	    "        message/sip, message/sipfrag\r\n"
	    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKkdjuw\r\n"
	    "l: 0\r\n\r\n" },
	{ "3.1.1.10 transports: unusual transports in Via", 0, 0,
	    "OPTIONS sip:user@example.com SIP/2.0\r\n"
	    "To: sip:user@example.com\r\n"
	    "From: <sip:caller@example.com>;tag=323\r\n"
	    "Max-Forwards: 70\r\n"
	    "Call-ID:  transports.kijh4akdnaqjkwendsasfdj\r\n"
	    "Accept: application/sdp\r\n"
	    "CSeq: 60 OPTIONS\r\n"
	    "Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw\r\n"
	    "Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf\r\n"
	    "Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj\r\n"
	    "Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en\r\n"
	    "Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee\r\n"
	    "l: 0\r\n\r\n" },
	{ "3.1.1.12 unreason: unusual reason phrase", 0, 0,
	    "SIP/2.0 200 = 2**3 * 5**2 \xD0\xBD\xD0\xBE \xD1\x81\xD1\x82\r\n"
	    "Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923\r\n"
	    "Call-ID: unreason.1234ksdfak3j2erwedfsASdf\r\n"
	    "CSeq: 35 INVITE\r\n"
	    "From: sip:user@example.com;tag=11141343\r\n"
	    "To: sip:user@example.edu;tag=2229\r\n"
	    "Content-Length: 5\r\n"
	    "Content-Type: application/sdp\r\n"
	    "Contact: <sip:user@host198.example.com>\r\n\r\nv=0\r\n" },
	{ "3.1.1.13 noreason: empty reason phrase", 0, 0,
	    "SIP/2.0 100 \r\n"
	    "Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe\r\n"
	    "Call-ID: noreason.asndj203insdf99223ndf\r\n"
	    "CSeq: 35 INVITE\r\n"
	    "From: <sip:user@example.com>;tag=39ansfi3\r\n"
	    "To: <sip:user@example.edu>;tag=902jndnke3\r\n"
	    "Content-Length: 0\r\n"
	    "Contact: <sip:user@host105.example.com>\r\n\r\n" },
	{ "3.1.2.1 badinv01: extraneous separators", 400, 0,
	    "INVITE sip:user@example.com SIP/2.0\r\n"
	    "To: sip:j.user@example.com\r\n"
	    "From: sip:caller@example.net;tag=134161461246\r\n"
	    "Max-Forwards: 7\r\n"
	    "Call-ID: badinv01.0ha0isndaksdjasdf3234nas\r\n"
	    "CSeq: 8 INVITE\r\n"
	    "Via: SIP/2.0/UDP 192.0.2.15;;,;,,\r\n"
	    "Contact: \"Joe\" <sip:joe@example.org>;;;;\r\n"
	    "Content-Length: 0\r\n\r\n" },
	{ "3.1.2.2 clerr: Content-Length larger than message", 400, 0,
	    "INVITE sip:user@example.com SIP/2.0\r\n"
	    "Max-Forwards: 80\r\n"
	    "To: sip:j.user@example.com\r\n"
	    "From: sip:caller@example.net;tag=93942939o2\r\n"
	    "Contact: <sip:caller@hungry.example.net>\r\n"
	    "Call-ID: clerr.0ha0isndaksdjweiafasdk3\r\n"
	    "CSeq: 8 INVITE\r\n"
	    "Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bK-39234-23523\r\n"
	    "Content-Type: application/sdp\r\n"
	    "Content-Length: 9999\r\n\r\nv=0\r\n" },
	{ "3.1.2.3 ncl: negative Content-Length", 400, 0,
	    "INVITE sip:user@example.com SIP/2.0\r\n"
	    "Max-Forwards: 254\r\n"
	    "To: sip:j.user@example.com\r\n"
	    "From: sip:caller@example.net;tag=32394234\r\n"
	    "Call-ID: ncl.0ha0isndaksdj2193423r542w35\r\n"
	    "CSeq: 0 INVITE\r\n"
	    "Via: SIP/2.0/UDP 192.0.2.53;branch=z9hG4bKkdjuw\r\n"
	    "Contact: <sip:caller@example53.example.net>\r\n"
	    "Content-Type: application/sdp\r\n"
	    "Content-Length: -999\r\n\r\nv=0\r\n" },
	{ "3.1.2.4 scalar02: values too large", 400, 0,
	    "REGISTER sip:example.com SIP/2.0\r\n"
	    "Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bK342sdfoi3\r\n"
	    "To: <sip:user@example.com>\r\n"
	    "From: <sip:user@example.com>;tag=239232jh3\r\n"
	    "CSeq: 36893488147419103232 REGISTER\r\n"
	    "Call-ID: scalar02.23o0pd9vanlq3wnrlnewofjas9ui32\r\n"
	    "Max-Forwards: 300\r\n"
	    "Expires: 10000000000000000000000000000000000000000\r\n"
	    "Contact: <sip:user@host129.example.com>;expires=280297596632815\r\n"
	    "Content-Length: 0\r\n\r\n" },
	{ "3.1.2.5 scalarlg: response with large scalars", DROP, 0,
	    "SIP/2.0 503 Service Unavailable\r\n"
	    "Via: SIP/2.0/TCP host129.example.com"
	    ";branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129\r\n"
	    "To: <sip:user@example.com>\r\n"
	    "From: <sip:other@example.net>;tag=2easdjfejw\r\n"
	    "CSeq: 9292394834772304023312 OPTIONS\r\n"
	    "Call-ID: scalarlg.noase0of0234hn2qofoaf0232aewf2394r\r\n"
	    "Retry-After: 949302838503028349304023988\r\n"
	    "Warning: 1812 overture \"In Progress\"\r\n"
	    "Content-Length: 0\r\n\r\n" },
	{ "3.1.2.6 quotbal: unterminated quoted string in To", 400, 0,
	    "INVITE sip:user@example.com SIP/2.0\r\n"
	    "To: \"Mr. J. User <sip:j.user@example.com>\r\n"
	    "From: sip:caller@example.net;tag=93334\r\n"
	    "Max-Forwards: 10\r\n"
	    "Call-ID: quotbal.aksdj\r\n"
	    "Contact: <sip:caller@host59.example.net>\r\n"
	    "CSeq: 8 INVITE\r\n"
	    "Via: SIP/2.0/UDP 192.0.2.59:5050;branch=z9hG4bKkdjuw39234\r\n"
	    "Content-Type: application/sdp\r\n"
	    "Content-Length: 5\r\n\r\nv=0\r\n" },
	{ "3.1.2.7 ltgtruri: <> enclosing Request-URI", 400, 0,
	    "INVITE <sip:user@example.com> SIP/2.0\r\n"
	    "To: sip:user@example.com\r\n"
	    "From: sip:caller@example.net;tag=39291\r\n"
	    "Max-Forwards: 23\r\n"
	    "Call-ID: ltgtruri.1@192.0.2.5\r\n"
	    "CSeq: 1 INVITE\r\n"
	    "Via: SIP/2.0/UDP 192.0.2.5\r\n"
	    "Contact: <sip:caller@host5.example.net>\r\n"
	    "Content-Length: 0\r\n\r\n" },
	{ "3.1.2.8 lwsruri: LWS within the Request-URI", 400, 0,
	    "INVITE sip:user@example.com; lr SIP/2.0\r\n"
	    "To: sip:user@example.com;tag=3xfe-9921883-z9f\r\n"
	    "From: sip:caller@example.net;tag=231413434\r\n"
	    "Max-Forwards: 5\r\n"
	    "Call-ID: lwsruri.asdfasdoeoi2323-asdfwrn23-asd834rk423\r\n"
	    "CSeq: 2130706432 INVITE\r\n"
	    "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKkdjuw2395\r\n"
	    "Contact: <sip:caller@host1.example.net>\r\n"
	    "Content-Length: 0\r\n\r\n" },
	{ "3.1.2.9 lwsstart: multiple SP in the request line", 400, 0,
	    "INVITE  sip:user@example.com  SIP/2.0\r\n"
	    "Max-Forwards: 8\r\n"
	    "To: sip:user@example.com\r\n"
	    "From: sip:caller@example.net;tag=8814\r\n"
	    "Call-ID: lwsstart.dfknq234oi243099adsdfnawe3@example.com\r\n"
	    "CSeq: 1893884 INVITE\r\n"
	    "Via: SIP/2.0/UDP host1.example.com;branch=z9hG4bKkdjuw3923\r\n"
	    "Contact: <sip:caller@host1.example.net>\r\n"
	    "Content-Length: 0\r\n\r\n" },
	{ "3.1.2.10 trws: SP at the end of the request line", 400, 0,
	    "OPTIONS sip:remote-target@example.com SIP/2.0  \r\n"
	    "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK299342093\r\n"
	    "To: <sip:remote-target@example.com>\r\n"
	    "From: <sip:local-resource@example.com>;tag=329429089\r\n"
	    "Call-ID: trws.oicu34958239neffasdhr2345r\r\n"
	    "Accept: application/sdp\r\n"
	    "CSeq: 238923 OPTIONS\r\n"
	    "Max-Forwards: 70\r\n"
	    "Content-Length: 0\r\n\r\n" },
	{ "3.1.2.11 escruri: escaped headers in the Request-URI", 0, 0,
	    "INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0\r\n"
	    "To: sip:user@example.com\r\n"
	    "From: sip:caller@example.net;tag=341518\r\n"
	    "Max-Forwards: 7\r\n"
	    "Contact: <sip:caller@host39923.example.net>\r\n"
	    "Call-ID: escruri.23940-asdfhj-aje3br-234q098w-fawerh2q-h4n5\r\n"
	    "CSeq: 149209342 INVITE\r\n"
	    "Via: SIP/2.0/UDP host-of-the-hour.example.com;branch=z9hG4bKkdjuw\r\n"
	    "Content-Length: 0\r\n\r\n" },
	{ "3.1.2.13 baddn: addr-spec with characters not allowed", 0, 0,
	    "OPTIONS sip:t.watson@example.org SIP/2.0\r\n"
	    "Via:     SIP/2.0/UDP c.example.com:5060;branch=z9hG4bKkdjuw\r\n"
	    "Max-Forwards:      70\r\n"
	    "From:    Bell, Alexander <sip:a.g.bell@example.com>;tag=43\r\n"
	    "To:      Watson, Thomas <sip:t.watson@example.org>\r\n"
	    "Call-ID: baddn.31415@c.example.com\r\n"
	    "Accept: application/sdp\r\n"
	    "CSeq:    3923239 OPTIONS\r\n"
	    "l: 0\r\n\r\n" },
	/* Its topmost Via is of that version too, and goes back as it is. */
	{ "3.1.2.14 badvers: unknown protocol version", 505, 0,
	    "OPTIONS sip:t.watson@example.org SIP/7.0\r\n"
	    "Via:     SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw\r\n"
	    "Via:     SIP/2.0/UDP c.example.com;branch=z9hG4bKkdjuw\r\n"
	    "Max-Forwards:     70\r\n"
	    "From:    A. Bell <sip:a.g.bell@example.com>;tag=qweoiqpe\r\n"
	    "To:      T. Watson <sip:t.watson@example.org>\r\n"
	    "Call-ID: badvers.31417@c.example.com\r\n"
	    "CSeq:    1 OPTIONS\r\n"
	    "l: 0\r\n\r\n" },
	{ "3.1.2.15 mismatch01: start line and CSeq method differ", 400, 0,
	    "OPTIONS sip:user@example.com SIP/2.0\r\n"
	    "To: sip:j.user@example.com\r\n"
	    "From: sip:caller@example.net;tag=34525\r\n"
	    "Max-Forwards: 6\r\n"
	    "Call-ID: mismatch01.dj0234sxdfl3\r\n"
	    "CSeq: 8 INVITE\r\n"
	    "Via: SIP/2.0/UDP host.example.com;branch=z9hG4bKkdjuw\r\n"
	    "l: 0\r\n\r\n" },
	{ "3.1.2.16 mismatch02: unknown method with CSeq error", 400, 0,
	    "NEWMETHOD sip:user@example.com SIP/2.0\r\n"
	    "To: sip:j.user@example.com\r\n"
	    "From: sip:caller@example.net;tag=34525\r\n"
	    "Max-Forwards: 6\r\n"
	    "Call-ID: mismatch02.dj0234sxdfl3\r\n"
	    "CSeq: 8 INVITE\r\n"
	    "Contact: <sip:caller@host.example.net>\r\n"
	    "Content-Type: application/sdp\r\n"
	    "l: 5\r\n"
	    "Via: SIP/2.0/UDP host.example.net;branch=z9hG4bKkdjuw\r\n\r\n"
	    "v=0\r\n" },
	{ "3.1.2.17 bigcode: overlarge response code", DROP, 0,
	    "SIP/2.0 4294967301 better not break the receiver\r\n"
	    "Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe\r\n"
	    "Call-ID: bigcode.asdof3uj203asdnf3429uasdhfas3ehjasdfas9i\r\n"
	    "CSeq: 353494 INVITE\r\n"
	    "From: <sip:user@example.com>;tag=39ansfi3\r\n"
	    "To: <sip:user@example.edu>;tag=902jndnke3\r\n"
	    "Content-Length: 0\r\n"
	    "Contact: <sip:user@host105.example.com>\r\n\r\n" },
	{ "3.2.1 badbranch: no transaction identifier", 0, 0,
	    "OPTIONS sip:user@example.com SIP/2.0\r\n"
	    "To: sip:user@example.com\r\n"
	    "From: sip:caller@example.org;tag=33242\r\n"
	    "Max-Forwards: 3\r\n"
	    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK\r\n"
	    "Accept: application/sdp\r\n"
	    "Call-ID: badbranch.sadonfo23i420jv0as0derf3j3n\r\n"
	    "CSeq: 8 OPTIONS\r\n"
	    "l: 0\r\n\r\n" },
	{ "3.3.1 insuf: missing required fields", 400, 0,
	    "INVITE sip:user@example.com SIP/2.0\r\n"
	    "CSeq: 193942 INVITE\r\n"
	    "Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf\r\n"
	    "Content-Type: application/sdp\r\n"
	    "l: 5\r\n\r\nv=0\r\n" },
	{ "3.3.2 unkscm: unknown scheme in the Request-URI", 416, 0,
	    "OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0\r\n"
	    "To: sip:user@example.com\r\n"
	    "From: sip:caller@example.net;tag=384\r\n"
	    "Max-Forwards: 3\r\n"
	    "Call-ID: unkscm.nasdfasser0q239nwsdfasdkl34\r\n"
	    "CSeq: 3923423 OPTIONS\r\n"
	    "Via: SIP/2.0/TCP host9.example.com;branch=z9hG4bKkdjuw39234\r\n"
	    "Content-Length: 0\r\n\r\n" },
	{ "3.3.8 multi01: fields that may stand once, twice", 400, 0,
	    "INVITE sip:user@company.com SIP/2.0\r\n"
	    "Contact: <sip:caller@host25.example.net>\r\n"
	    "Via: SIP/2.0/UDP 192.0.2.25;branch=z9hG4bKkdjuw\r\n"
	    "Max-Forwards: 70\r\n"
	    "CSeq: 5 INVITE\r\n"
	    "Call-ID: multi01.98asdh@192.0.2.1\r\n"
	    "CSeq: 59 INVITE\r\n"
	    "Call-ID: multi01.98asdh@192.0.2.2\r\n"
	    "From: sip:caller@example.com;tag=3413415\r\n"
	    "To: sip:user@example.com\r\n"
	    "To: sip:other@example.net\r\n"
	    "From: sip:caller@example.net;tag=2923420123\r\n"
	    "Content-Type: application/sdp\r\n"
	    "l: 5\r\n"
	    "Contact: <sip:caller@host36.example.net>\r\n"
	    "Max-Forwards: 5\r\n\r\nv=0\r\n" },
	{ "3.3.9 mcl01: two Content-Lengths that differ", 400, 0,
	    "OPTIONS sip:user@example.com SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bK293423\r\n"
	    "To: sip:user@example.com\r\n"
	    "From: sip:other@example.net;tag=3923942\r\n"
	    "Call-ID: mcl01.fhn2323orihawfdoa3o4r52o3irsdf\r\n"
	    "CSeq: 15932 OPTIONS\r\n"
	    "Content-Length: 13\r\n"
	    "Max-Forwards: 60\r\n"
	    "Content-Length: 5\r\n"
	    "Content-Type: text/plain\r\n\r\n"
	    "There's no way to know how many octets are supposed to be here.\r\n" },
	{ "3.3.11 zeromf: Max-Forwards of zero", 0, 0,
	    "OPTIONS sip:user@example.com SIP/2.0\r\n"
	    "To: sip:user@example.com\r\n"
	    "From: sip:caller@example.net;tag=3ghsd41\r\n"
	    "Call-ID: zeromf.jfasdlfnm2o2l43r5u0asdfas\r\n"
	    "CSeq: 39234321 OPTIONS\r\n"
	    "Via: SIP/2.0/UDP host1.example.com;branch=z9hG4bKkdjuw2349i\r\n"
	    "Max-Forwards: 0\r\n"
	    "Content-Length: 0\r\n\r\n" },
	{ "3.4.1 inv2543: RFC 2543 INVITE without tags and branch", 0, 0,
	    "INVITE sip:UserB@example.com SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP iftgw.example.com\r\n"
	    "From: <sip:+13035551111@ift.client.example.net;user=phone>\r\n"
	    "Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>\r\n"
	    "To: sip:+16505552222@ss1.example.net;user=phone\r\n"
	    "Call-ID: inv2543.1717@ift.client.example.com\r\n"
	    "CSeq: 56 INVITE\r\n"
	    "Content-Type: application/sdp\r\n\r\n"
	    "v=0\r\n" },
};

static void test_messages(void **state)
{
	static char scratch_mem[SIP_MSG_BYTES_MAX];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const size_t n =
		    cases[i].n != 0 ? cases[i].n : strlen(cases[i].in);
		struct buf scratch;
		struct sip_msg m;
		unsigned int got;
		enum err e;

		buf_over(&scratch, scratch_mem, sizeof(scratch_mem));
		e = sip_msg_parse(slice_of(cases[i].in, n), &scratch, &m);
		got = e != ERR_OK ? DROP : m.bad;
		if (got != cases[i].want)
			fail_msg("%s: %s bad=%u", cases[i].name, err_name(e),
			    got);
	}
}

/* wsinv in detail: what stands between all those blanks. */
static void test_wsinv(void **state)
{
	char mem[4096];
	struct sip_msg_walk w = { .field = 0 };
	struct sip_addr contact;
	struct slice item, v;
	struct buf scratch;
	struct sip_msg m;
	size_t vias = 0;
	uint32_t hops;

	(void)state;
	buf_over(&scratch, mem, sizeof(mem));
	assert_int_equal(sip_msg_parse(slice_from(cases[0].in), &scratch, &m),
	    ERR_OK);
	assert_true(slice_eq(m.to.tag, SLICE("1918181833n")));
	assert_true(slice_eq(m.from.tag, SLICE("98asjd8")));
	assert_int_equal(m.cseq.number, 9);
	assert_int_equal(sip_msg_number(&m, SIP_HDR_MAX_FORWARDS, &hops), 0);
	assert_int_equal(hops, 68);
	while (sip_msg_walk(&m, SIP_HDR_VIA, &w, &item))
		vias++;
	assert_int_equal(vias, 3);
	assert_true(slice_eq(m.via.branch, SLICE("390skdjuw")));
	assert_int_equal(sip_msg_contact(&m, &contact), ERR_OK);
	assert_int_equal(contact.params.n != 0, 1);
	v = sip_msg_named(&m, SLICE("NewFangledHeader"));
	assert_true(
	    slice_eq(v, SLICE("newfangled value continued newfangled value")));
	assert_true(slice_eq(m.body, SLICE("v=0\r\n")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_wsinv),
	};

	return cmocka_run_group_tests_name("sip_torture", tests, NULL, NULL);
}
