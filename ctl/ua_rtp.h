/*
 * ua_rtp.h - the media of one call of the test caller.
 *
 * One UDP socket; a frame goes out every 20 ms when the caller's loop says so,
 * what comes in is counted, checked for keys and, when asked, saved as
 * headerless mu-law on the sender's time line (gaps are silence).
 */
#ifndef RT_CTL_UA_RTP_H
#define RT_CTL_UA_RTP_H

#include "ctl/ua_hist.h"
#include "ctl/ua_press.h"
#include "ctl/ua_sound.h"
#include "lib/base/addr4.h"
#include "sipworker/rtp/dtmf.h"
#include "sipworker/rtp/rtp_out.h"
#include "sipworker/rtp/rtp_stat.h"

#define UA_RTP_KEYS_MAX 64

struct ua_rtp {
	int fd; /* -1: closed */
	uint16_t port;
	struct addr4 remote; /* port 0: not known yet */
	uint8_t pt;          /* 0 or 8: what we send */
	uint8_t dtmf_pt;     /* 255: none */
	bool sending;
	const struct ua_sound *sound;
	uint64_t at; /* position in the sound */
	struct rtp_out out;
	uint32_t dtmf_ts;
	struct dtmf_out pressing;
	enum ua_press how;
	char tone; /* being said in the audio, or '\0' */
	uint32_t tone_at;
	char info;                       /* to be said by INFO now, or '\0' */
	char press[UA_RTP_KEYS_MAX + 1]; /* still to be pressed */
	int64_t press_at_us;
	struct rtp_stat in;
	struct dtmf_in keys;
	char pressed[UA_RTP_KEYS_MAX + 1]; /* heard, in order */
	int save_fd;                       /* -1: not saving */
	uint32_t save_ts;
	bool saving;
	int64_t saved; /* bytes written, gaps included */
	uint64_t tx;
	int64_t first_tx_us;
	uint64_t foreign;        /* packets that were no RTP */
	struct ua_hist *latency; /* NULL: not measured */
	struct ua_hist *jitter;
	int64_t took_us; /* the packet before; 0: none */
};

/* Binds ip:port, non-blocking. ERR_CONFLICT: the port is taken; ERR_IO. */
RT_MUST_USE enum err ua_rtp_open(struct ua_rtp *r, uint32_t ip, uint16_t port,
    const struct ua_sound *sound);
/* Saves what is heard into a new file. ERR_IO (logged). */
RT_MUST_USE enum err ua_rtp_save(struct ua_rtp *r, const char *path);
void ua_rtp_close(struct ua_rtp *r);

/* Sends the frame that is due. */
void ua_rtp_send(struct ua_rtp *r, int64_t now_us);
/* Takes everything that has arrived. */
void ua_rtp_receive(struct ua_rtp *r, int64_t now_us);

#endif
