#include "actors/fake_node.hpp"
#include "troupe/actors/exceptions.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace {

using namespace troupe;

// Answers with how many requests it has had, but fails at those without a path.
class touchy final : public resilient<api_actor> {
public:
  explicit touchy(caf::actor_config& c) : resilient<api_actor>(c) {}

  const char* name() const override { return "touchy"; }

protected:
  behavior_type make_behavior() override {
    return {[this](const http_request& request) {
      ++requests_;
      if (request.path.empty())
        throw std::runtime_error("no path");
      http_response answer;
      answer.status = requests_;
      return answer;
    }};
  }

private:
  int requests_ = 0;
};

http_request at(const std::string& path) {
  http_request request;
  request.path = path;
  return request;
}

} // namespace

BOOST_AUTO_TEST_SUITE(exceptions)

BOOST_AUTO_TEST_CASE(a_resilient_actor_outlives_them_and_their_sender_is_told) {
  test::fake_node node;
  auto actor = node.system().spawn<touchy>();
  BOOST_TEST(test::ask_actor<http_response>(node.system(), actor, at("/")).status == 1);
  BOOST_CHECK_THROW(test::ask_actor<http_response>(node.system(), actor, at("")), std::runtime_error);
  BOOST_TEST(test::ask_actor<http_response>(node.system(), actor, at("/")).status == 3);
}

BOOST_AUTO_TEST_SUITE_END()
