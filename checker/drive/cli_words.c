#include "checker/drive/cli_table.h"

// The words an option can have as its value.

#include "reports/report.h"

static const char *const profiles[] = {"bugs", "review", NULL};
static const char *const colors[] = {"auto", "always", "never", NULL};    // as enum cli_color
static const char *const levels[] = {"never", "note", "warning", "error", // as enum level
                                     NULL};
static const char *const list_formats[] = {"text", "json", "markdown", NULL}; // as enum cli_format
static const char *const flows[] = {"threads", "merged", NULL};
static const char *const answers[] = {"table", "json", "csv", NULL}; // as enum query_format

static const struct {
    enum cli_option_id option;
    const char *const *words; // ends with NULL
} choices[] = {
    {OPT_PROFILE,      profiles    },
    {OPT_COLOR,        colors      },
    {OPT_FAIL_ON,      levels      },
    {OPT_LIST_FORMAT,  list_formats},
    {OPT_SARIF_FLOWS,  flows       },
    {OPT_QUERY_FORMAT, answers     },
};

const char *cli_option_word(enum cli_option_id option, size_t index) {
    if (option == OPT_FORMAT || option == OPT_OUTPUT) {
        return index < reporter_count ? reporters[index].name : NULL;
    }
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        const char *const *word = choices[i].words;
        if (choices[i].option != option) {
            continue;
        }
        while (*word && index) {
            word++;
            index--;
        }
        return *word;
    }
    return NULL;
}
