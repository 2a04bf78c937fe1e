// `troupe ctl`: the operator's command line. It steers a running broker over the HTTP API.
#pragma once

namespace troupe {

/// Runs `ctl [OPTIONS] COMMAND [ARGUMENTS]`, where argv[0] is "ctl". Prints to the standard output, what went
/// wrong to the error output. Returns the exit status: 0 done, 1 the broker cannot be reached, says no or has
/// no such thing, 2 wrong usage. Whether the output could be written is for the caller to see.
int run_ctl(int argc, const char* const* argv);

} // namespace troupe
