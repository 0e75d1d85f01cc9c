// SPDX-License-Identifier: Apache-2.0
#include "periphery/published/published_adcs.h"

#include <algorithm>
#include <charconv>

#include "base/csv.h"
#include "periphery/adc/adc.h"

namespace bitline::periphery {
namespace {

constexpr double near_bits = 0.5, near_node = 1.6;

// "0.18" is plain CMOS; "0.18 BiCMOS", "HBT" are not.
std::optional<double> node_of(const std::string& text) {
  double um = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), um);
  if (error != std::errc() || end != text.data() + text.size() || !(um > 0)) return std::nullopt;
  return um * 1e-6;
}

}  // namespace

AdcFamily adc_family(std::string_view architecture) {
  const auto has = [&](std::string_view word) { return architecture.find(word) != std::string_view::npos; };
  if (has("SD") || has("Incremental")) return AdcFamily::sigma_delta;
  if (has("Pipe")) return AdcFamily::pipeline;
  if (architecture == "SAR" || architecture == "SAR, TI") return AdcFamily::sar;
  if (architecture == "Flash" || architecture == "Flash, TI") return AdcFamily::flash;
  return AdcFamily::other;
}

std::vector<PublishedAdc> read_published_adcs(const std::filesystem::path& file) {
  const CsvTable table = CsvTable::read(file);
  std::vector<PublishedAdc> all;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    PublishedAdc a;
    a.year = static_cast<int>(table.number(i, "year"));
    a.architecture = table.text(i, "architecture");
    a.family = adc_family(a.architecture);
    a.node_m = node_of(table.text(i, "technology_um"));
    a.bits = (table.number(i, "sndr_dB") - 1.76) / 6.02;
    a.rate_Hz = table.number(i, "nyquist_Hz");
    a.energy_J = table.number(i, "energy_pJ") * 1e-12;
    if (!(a.energy_J > 0)) table.refuse(i, "energy_pJ", "must be above 0");
    all.push_back(std::move(a));
  }
  return all;
}

AdcPlace place_among(std::span<const PublishedAdc> published, double bits, double node_m, double energy_J,
                     std::optional<AdcFamily> family) {
  AdcPlace place;
  double below = 0;
  for (const PublishedAdc& a : published) {
    if (!a.node_m || std::abs(a.bits - bits) > near_bits || (family && a.family != *family)) continue;
    if (std::max(*a.node_m / node_m, node_m / *a.node_m) > near_node) continue;
    ++place.count;
    below += a.energy_J < energy_J ? 1 : a.energy_J == energy_J ? 0.5 : 0;
  }
  if (place.count > 0) place.share = below / static_cast<double>(place.count);
  return place;
}

std::vector<AdcComparison> compare_adcs(std::span<const PublishedAdc> published,
                                        std::span<const NamedTechnology> technologies) {
  struct Kind {
    const char* name;
    Adc adc;
    std::optional<AdcFamily> family;
  };
  const Kind kinds[] = {
      {"SAR", SarAdc{}, AdcFamily::sar}, {"flash", FlashAdc{}, AdcFamily::flash}, {"ramp", RampAdc{}, std::nullopt}};
  std::vector<AdcComparison> all;
  for (const Kind& kind : kinds)
    for (const NamedTechnology& t : technologies)
      for (const int bits : {4, 6, 8, 10}) {
        Adc adc = kind.adc;
        std::visit(
            [&](auto& a) {
              if constexpr (requires { a.common; }) a.common.bits = bits;
            },
            adc);
        const UnitCost circuit = adc_model_cost(AdcCostModel::circuit, adc, t.technology, 1),
                       survey = unit_cost(adc, t.technology, 1);
        AdcComparison c;
        c.kind = kind.name;
        c.technology = t.name;
        c.bits = bits;
        c.node_m = t.technology.node_m;
        c.rate_Hz = 1 / survey.time_s;
        c.circuit_J = circuit.energy_J;
        c.survey_J = survey.energy_J;
        c.circuit = place_among(published, bits, c.node_m, c.circuit_J);
        c.survey = place_among(published, bits, c.node_m, c.survey_J);
        if (kind.family) {
          c.circuit_in_family = place_among(published, bits, c.node_m, c.circuit_J, kind.family);
          c.survey_in_family = place_among(published, bits, c.node_m, c.survey_J, kind.family);
        }
        all.push_back(std::move(c));
      }
  return all;
}

}  // namespace bitline::periphery
