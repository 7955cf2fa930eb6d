#include "lib/hash/password.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "lib/base/utf8.h"

/* libsodium's INTERACTIVE: RFC 9106 4's second choice scaled to 64 MiB. */
#define OPS crypto_pwhash_OPSLIMIT_INTERACTIVE
#define MEM crypto_pwhash_MEMLIMIT_INTERACTIVE

static_assert(PASSWORD_HASH_MAX == crypto_pwhash_STRBYTES, "room for a hash");

/* The limit is one of the process, so its state is too. */
static pthread_mutex_t gate_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_free = PTHREAD_COND_INITIALIZER;
static unsigned int gate_in;

/* A hash of the same cost that no password fits, for users who are not. */
static pthread_once_t nobody_once = PTHREAD_ONCE_INIT;
static char nobody[PASSWORD_HASH_MAX];

static bool gate_enter(void)
{
	struct timespec until;
	int rc = 0;

	if (clock_gettime(CLOCK_REALTIME, &until) != 0)
		return false;
	until.tv_sec += PASSWORD_WAIT_MS / 1000;
	(void)pthread_mutex_lock(&gate_lock);
	while (gate_in >= PASSWORD_PARALLEL && rc == 0)
		rc = pthread_cond_timedwait(&gate_free, &gate_lock, &until);
	if (rc == 0)
		gate_in++;
	(void)pthread_mutex_unlock(&gate_lock);
	return rc == 0;
}

static void gate_leave(void)
{
	(void)pthread_mutex_lock(&gate_lock);
	gate_in--;
	(void)pthread_cond_signal(&gate_free);
	(void)pthread_mutex_unlock(&gate_lock);
}

enum err password_hash(struct slice password, char out[PASSWORD_HASH_MAX])
{
	int rc;

	if (sodium_init() < 0)
		return ERR_INTERNAL;
	if (password.n > PASSWORD_MAX || utf8_count(password) < PASSWORD_MIN)
		return ERR_RANGE;
	if (!gate_enter())
		return ERR_BUSY;
	rc = crypto_pwhash_str(out, password.p, password.n, OPS, MEM);
	gate_leave();
	return rc == 0 ? ERR_OK : ERR_NOMEM;
}

static void make_nobody(void)
{
	unsigned char secret[32];

	randombytes_buf(secret, sizeof(secret));
	/* Left empty when memory is short: then nothing is verified below. */
	if (crypto_pwhash_str(nobody, (const char *)secret, sizeof(secret), OPS,
		MEM) != 0)
		nobody[0] = '\0';
	sodium_memzero(secret, sizeof(secret));
}

enum err password_check(struct slice hash, struct slice password)
{
	char text[PASSWORD_HASH_MAX];
	bool known = true;
	int rc;

	if (sodium_init() < 0)
		return ERR_INTERNAL;
	(void)pthread_once(&nobody_once, make_nobody);
	if (hash.n == 0 || password.n > PASSWORD_MAX ||
	    !slice_to_cstr(hash, text, sizeof(text))) {
		known = false;
		memcpy(text, nobody, sizeof(text));
		password = slice_head(password, PASSWORD_MAX);
	}
	if (!gate_enter())
		return ERR_BUSY;
	/* Exhausted memory and a wrong password are one answer here: no. */
	rc = crypto_pwhash_str_verify(text, password.p, password.n);
	gate_leave();
	return rc == 0 && known ? ERR_OK : ERR_AUTH;
}
