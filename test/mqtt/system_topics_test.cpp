// What is special about `$SYS`: who may match it, what counts as it, and that the broker's own retained
// messages do not use up the limit.
#include "troupe/mqtt/retained_store.hpp"
#include "troupe/mqtt/topic.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::mqtt;

namespace {

message_ptr retained(std::string_view topic, bool own) {
  message_parts parts;
  parts.topic = topic;
  parts.payload = "x";
  parts.retain = true;
  if (!own)
    parts.from = publisher::make("client", "", "", {});
  return message::make(parts);
}

} // namespace

BOOST_AUTO_TEST_SUITE(system_topics)

BOOST_AUTO_TEST_CASE(filters_that_may_match_below_a_prefix) {
  constexpr std::string_view prefix = "$SYS/brokers/n@h/clients";
  for (const char* filter :
       {"$SYS/#", "$SYS/brokers/#", "$SYS/+/+/clients/+/connected", "$SYS/brokers/n@h/clients/#",
        "$SYS/brokers/+/clients/a/b/connected", "$SYS/+/#", "$SYS/brokers/n@h/+/x"})
    BOOST_TEST(may_match_below(filter, prefix), filter);
  for (const char* filter :
       {"#", "+/brokers/n@h/clients/#", "$SYS", "$SYS/broker/#", "$SYS/brokers/other/clients/#",
        "$SYS/brokers/n@h/clients", "$SYS/brokers/+/uptime", "$SYS/+", "$sys/#"})
    BOOST_TEST(!may_match_below(filter, prefix), filter);
  BOOST_TEST(may_match_below("+/b", "a"));
  BOOST_TEST(may_match_below("#", "a"));
}

BOOST_AUTO_TEST_CASE(all_below_it_is_system) {
  BOOST_TEST(retained("$SYS/a", false)->system());
  BOOST_TEST(!retained("$SYSTEM/a", false)->system());
  BOOST_TEST(!retained("a/$SYS/", false)->system());
}

BOOST_AUTO_TEST_CASE(own_retained_messages_are_beyond_the_limit) {
  retained_store store{{.max_messages = 2}};
  using result = retained_store::result;
  BOOST_TEST((store.store(retained("$SYS/1", true)) == result::stored));
  BOOST_TEST((store.store(retained("$SYS/2", true)) == result::stored));
  BOOST_TEST(store.size() == 0U);
  BOOST_TEST((store.store(retained("a", false)) == result::stored));
  BOOST_TEST((store.store(retained("$SYS/mine", false)) == result::stored)); // of a client: as others
  BOOST_TEST(store.size() == 2U);
  BOOST_TEST((store.store(retained("b", false)) == result::refused));
  BOOST_TEST((store.store(retained("$SYS/3", true)) == result::stored));
  BOOST_TEST((store.store(retained("$SYS/3", true)) == result::replaced));
  BOOST_TEST(store.size() == 2U);
  BOOST_TEST(store.erase("$SYS/1"));
  BOOST_TEST(store.size() == 2U);
  BOOST_TEST(store.erase("a"));
  BOOST_TEST(store.size() == 1U);
  BOOST_TEST((store.store(retained("$SYS/mine", true)) == result::replaced)); // the broker takes it over
  BOOST_TEST(store.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
