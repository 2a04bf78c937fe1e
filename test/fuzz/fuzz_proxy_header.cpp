// Feeds the input to the parser of PROXY headers. What must hold: sizes are true and bounded, parts of a
// header ask for more, and what follows it does not matter.
#include "require.hpp"
#include "troupe/mqtt/proxy_header.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace troupe::mqtt;
using troupe::test::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<char> input(data, data + size); // the sanitizer sees a read past its end
  const std::string_view bytes{input.data(), input.size()};
  proxy_header header;
  const auto r = parse_proxy_header(bytes, header);
  if (r.status == decode_status::malformed)
    require(*r.detail != '\0' && header.host.empty() && header.common_name.empty(),
            "a refusal says why, and nothing else");
  if (r.status == decode_status::need_more)
    require(r.size > size && r.size <= max_proxy_header, "more is more, within the bound");
  if (r.status != decode_status::complete)
    return 0;
  require(r.size <= size && r.size <= max_proxy_header, "the size is true");
  require(header.host.size() <= 45, "the host is an address");
  for (const std::size_t part : {r.size / 2, r.size - 1}) {
    proxy_header ignored;
    require(parse_proxy_header(bytes.substr(0, part), ignored).status == decode_status::need_more,
            "a part asks for more");
  }
  proxy_header again;
  require(parse_proxy_header(bytes.substr(0, r.size), again).size == r.size && again.host == header.host &&
              again.port == header.port && again.common_name == header.common_name,
          "what follows does not matter");
  return 0;
}
