// Messages to the person running the tool, on stderr. Used by drive and lsp only.
#ifndef CHECKER_BASE_LOG_H
#define CHECKER_BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/// Prints "threadlint: <level>: <text>" to stderr, control characters replaced, one write.
void log_message(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
