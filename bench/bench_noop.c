/*
 * bench_noop.c - a FastCGI program that does nothing: what nginx and libfcgi
 * allow on this machine, for `make bench-dni` to compare with.
 *
 *   bench_noop SOCKET THREADS
 */
#include <fcgiapp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/scan.h"

#define THREADS_MAX 512

static void *serve(void *ctx)
{
	const int *fd = ctx;
	FCGX_Request r;

	if (FCGX_InitRequest(&r, *fd, 0) != 0)
		return NULL;
	while (FCGX_Accept_r(&r) >= 0) {
		(void)FCGX_PutS(
		    "Content-Type: application/json\r\n"
		    "Cache-Control: no-store\r\n\r\n{}\n",
		    r.out);
		FCGX_Finish_r(&r);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS_MAX];
	uint64_t n;
	int fd;

	if (argc != 3 ||
	    scan_whole_u64(slice_from(argv[2]), THREADS_MAX, &n) != ERR_OK ||
	    n == 0)
		return 2;
	if (FCGX_Init() != 0 || (fd = FCGX_OpenSocket(argv[1], 1024)) < 0)
		return 1;
	if (chmod(argv[1], 0666) != 0)
		return 1;
	for (uint64_t i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, serve, &fd) != 0)
			return 1;
	(void)pause(); /* until a signal ends us */
	return 0;
}
