// SPDX-License-Identifier: Apache-2.0
// Devices that are known, measured and fitted: what tests of fits share.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "characterise/fit/fit.h"
#include "tests/characterise/example_curves.h"
#include "tests/temporary_folder.h"

namespace bitline::test {

namespace fs = std::filesystem;

struct Folder : TemporaryFolder {
  fs::path write(const std::string& name, const std::string& text) const {
    write_file(path / name, text);
    return path / name;
  }
};

inline characterise::FitFiles all_files(const Folder& f, const ExampleTruth& e, std::uint32_t seed) {
  characterise::FitFiles files;
  files.ltp = f.write("ltp.csv", ltp_csv(e, seed));
  files.ppf = f.write("ppf.csv", ppf_csv(e, seed));
  files.retention = f.write("retention.csv", retention_csv(e, seed));
  files.readback = f.write("readback.csv", readback_csv(e, seed));
  files.iv = f.write("iv.csv", iv_csv(e, seed));
  files.read_voltage_V = e.v_read_V;
  return files;
}

inline const characterise::FitPart& part_of(const std::vector<characterise::FitPart>& parts, const char* name) {
  for (const characterise::FitPart& p : parts)
    if (p.part == name) return p;
  throw std::out_of_range(name);
}
inline const characterise::FittedValue& value_of(const characterise::FitPart& p, const std::string& name) {
  for (const characterise::FittedValue& v : p.best().values)
    if (v.name == name) return v;
  throw std::out_of_range(name);
}

// What the models of the example are called, and what their numbers truly are.
struct True {
  const char *part, *name;
  double value;
};
inline std::vector<True> truths(const ExampleTruth& e) {
  return {{"ltp", "lowest conductance", e.g_min_S},
          {"ltp", "highest conductance", e.g_max_S},
          {"ltp", "nonlinearity of potentiation", e.label_up},
          {"ltp", "nonlinearity of depression", e.label_down},
          {"ltp", "noise of each pulse (share of the window)", e.cycle},
          {"ppf", "facilitation: share 1", e.share1},
          {"ppf", "facilitation: time constant 1", e.tau1_s},
          {"ppf", "facilitation: share 2", e.share2},
          {"ppf", "facilitation: time constant 2", e.tau2_s},
          {"retention", "exponent nu", e.nu},
          {"retention", "sigma of nu between cells", e.nu_sigma},
          {"retention", "t0", e.t0_s},
          {"readback", "sigma: coefficient of g^0", e.sigma0_S},
          {"readback", "sigma: coefficient of g^1", e.sigma1_S},
          {"iv", "beta of sinh(beta V)", e.beta_per_V}};
}
inline const std::map<std::string, std::string> expected_models = {{"ltp", "exponential"},
                                                                   {"ppf", "two-exponentials"},
                                                                   {"retention", "power-law"},
                                                                   {"readback", "gaussian-linear"},
                                                                   {"iv", "sinh"}};

inline std::string refusal(const characterise::FitFiles& files) {
  try {
    fit_device(files);
  } catch (const InputError& e) {
    return e.what();
  }
  return "none";
}

}  // namespace bitline::test
