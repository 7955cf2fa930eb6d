/*
 * media.h - RTP of all calls: relay, prompts, keys, and frames for recordings.
 *
 * A stream is one leg's pair of UDP sockets (RTP on an even port, RTCP on the
 * next) and its remote party. Streams with the same key live on one of N
 * threads, so that a relayed packet never crosses threads and nothing locks.
 * Commands go in and events come out through queues of fixed size; nothing
 * here waits for anything but packets, timers and commands.
 *
 * Whatever is sent to a remote party is one stream to it: our own SSRC, and
 * sequence numbers and timestamps that run on across prompt, ringback and
 * bridge, with silence between them (media_pace.h). Whose packets are taken is
 * rtp_latch.h's business.
 */
#ifndef RT_MEDIA_H
#define RT_MEDIA_H

#include "lib/base/addr4.h"
#include "lib/base/err.h"

/* What a party that should speak may be silent. */
#define MEDIA_SILENT_US (60 * RT_SEC_US)
#define MEDIA_RTCP_US   (5 * RT_SEC_US)
#define MEDIA_NO_DTMF   255

enum media_op {
	MEDIA_OPEN,     /* stream, key, port */
	MEDIA_TARGET,   /* remote … relearn */
	MEDIA_BRIDGE,   /* peer, early: only from peer to stream */
	MEDIA_UNBRIDGE, /* stream and whoever it is bridged with */
	MEDIA_PLAY,     /* ulaw, samples, times (0: for ever), play */
	MEDIA_STOP,
	MEDIA_LISTEN, /* listen: for keys in the audio */
	MEDIA_WATCH,  /* quiet_us: for speech; 0 no more */
	MEDIA_REC_ON, /* channel */
	MEDIA_REC_OFF,
	MEDIA_CLOSE,
	/* Every thread answers FENCED once it has done all commands before:
	 * memory that those named and these no longer use may go. */
	MEDIA_FENCE,
	MEDIA_OP_COUNT
};

struct media_cmd {
	enum media_op op;
	uint32_t stream; /* never 0; of FENCE: a ticket */
	uint32_t key;    /* recording and thread */
	uint16_t port;
	struct addr4 remote;
	struct addr4 rtcp;
	uint8_t pt;      /* 0 PCMU, 8 PCMA */
	uint8_t own_pt;  /* the peer's dynamic number for it; 0: the usual */
	uint8_t dtmf_pt; /* MEDIA_NO_DTMF: none */
	bool send;       /* direction, as we see it */
	bool receive;
	bool relearn;  /* forget whose packets were taken */
	bool any_host; /* rtp_latch_arm() */
	bool early;
	uint8_t channel;
	uint32_t peer;
	const uint8_t *ulaw; /* borrowed until a FENCE after its stop */
	uint32_t samples;
	uint32_t times;
	uint32_t play;
	bool listen;
	int64_t quiet_us;
};

enum media_what {
	MEDIA_OPENED,
	MEDIA_OPEN_FAILED,
	MEDIA_PLAYED,  /* play; at_us: when its last sample is heard */
	MEDIA_DIGIT,   /* digit */
	MEDIA_FLOWING, /* first packet taken after TARGET or a silence */
	MEDIA_SILENT,
	MEDIA_VOICE,  /* WATCH: somebody speaks */
	MEDIA_QUIET,  /* WATCH: nobody since at_us */
	MEDIA_CLOSED, /* stats */
	MEDIA_FENCED,
	MEDIA_WHAT_COUNT
};

struct media_stats {
	uint64_t packets_in;
	uint64_t packets_out;
	uint64_t lost;
	uint64_t dropped;
	uint32_t jitter_us;
	uint32_t rtt_us;
};

struct media_event {
	enum media_what what;
	uint32_t stream;
	uint32_t play;
	char digit;
	int64_t at_us;
	struct media_stats stats;
};

/* A frame to record, always µ-law. */
struct media_frame {
	uint32_t key;
	uint8_t channel;
	uint32_t ssrc;
	uint32_t ts;
	uint16_t seq;
	uint16_t n;
	int64_t arrived_us;
	const uint8_t *ulaw;
};

struct media_cfg {
	uint32_t ip;          /* to bind */
	unsigned int threads; /* 1 to 64 */
	uint32_t max_streams; /* of all threads together */
	/* Called in thread `thread`; must not block. NULL: no recording. */
	void (*frame)(void *arg, unsigned int thread,
	    const struct media_frame *f);
	void *frame_arg;
};

struct media;

/* Starts the threads. The caller owns *out. ERR_NOMEM, ERR_IO. */
RT_MUST_USE enum err media_new(struct media **out, const struct media_cfg *cfg);
/* Stops the threads and closes all sockets. NULL is allowed. */
void media_free(struct media *m);

/* From one thread only. ERR_BUSY: the thread's queue is full, try again. */
RT_MUST_USE enum err media_do(struct media *m, const struct media_cmd *c);
/* Turns that a thread's loop has made, and its processor time (-1: unknown).
 * One without anything to do makes none, unless it is woken. */
uint64_t media_turns(const struct media *m, unsigned int thread);
int64_t media_cpu_us(const struct media *m, unsigned int thread);
void media_wake(struct media *m);
/* Readable when events wait. */
int media_fd(const struct media *m);
/* The next event, for the same one thread. False: none. */
bool media_next(struct media *m, struct media_event *out);

#endif
