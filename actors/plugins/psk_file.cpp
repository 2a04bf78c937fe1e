// emqx_psk_file: the identities of psk.file.path, which listeners with psk_ciphers ask for. Without it they
// know nobody; loading it reads the file again.
#include "plugin.hpp"

namespace troupe {

const plugin psk_file_plugin{plugin_kind::psk_file, "emqx_psk_file", plugin_type::feature,
                             "EMQX PSK Plugin from File", false};

} // namespace troupe
