// The log file: one line per event, written by every thread.
#ifndef JOBD_LOG_H
#define JOBD_LOG_H

int log_open(const char *path);
void log_write(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Moves the current file to "<path>.1" and starts a new one.
int log_rotate(void);

// Thread: writes buffered lines to disk every second until log_stop_flusher.
void *log_flusher(void *unused);
void log_stop_flusher(void);

void log_close(void);

#endif
