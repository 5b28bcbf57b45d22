#include "checker/drive/query.h"

#include "checker/base/log.h"
#include "checker/drive/output.h"
#include "checker/drive/run.h"

static int list(void) {
    size_t width = 0;
    for (size_t i = 0; i < named_query_count; i++) {
        size_t len = str_from(named_queries[i].name).len;
        width = len > width ? len : width;
    }
    for (size_t i = 0; i < named_query_count; i++) {
        (void)printf("%-*s  %s\n", (int)width, named_queries[i].name, named_queries[i].help);
    }
    return output_finish();
}

int query_run(const struct cli *cli) {
    struct error err = {0};
    if (cli->list) {
        return list();
    }
    bool ok =
        cli->operands.len ||
        error_set(&err, "'query' needs a question: SQL or a name of 'threadlint query --list'");
    ok = ok && (cli->store || error_set(&err, "--db FILE tells which database to ask; 'threadlint "
                                              "check --db FILE' stores a run in it"));
    ok = ok && sqlite_query(cli->store, cli->operands.data[0], cli->query_format, stdout, &err);
    if (!ok) {
        log_message(LOG_ERROR, "%s", err.text);
        return EXIT_USAGE;
    }
    return output_finish();
}
