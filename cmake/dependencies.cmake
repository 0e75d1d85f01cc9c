# Everything comes from the distribution's packages (scripts/packages lists them).
find_package(yaml-cpp REQUIRED)
if(NOT TARGET yaml-cpp::yaml-cpp)  # yaml-cpp 0.7 exports plain `yaml-cpp`
  add_library(yaml-cpp::yaml-cpp INTERFACE IMPORTED GLOBAL)
  set_target_properties(yaml-cpp::yaml-cpp PROPERTIES INTERFACE_LINK_LIBRARIES yaml-cpp)
endif()
find_package(fmt REQUIRED)
find_package(TBB REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PNG REQUIRED)   # folders of images
find_package(JPEG REQUIRED)
find_package(Eigen3 REQUIRED)  # the float reference's products
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Boost REQUIRED)  # header-only Boost.Math: Student t, normal and binomial quantiles
add_library(bitline::boost_math INTERFACE IMPORTED GLOBAL)
set_target_properties(bitline::boost_math PROPERTIES INTERFACE_LINK_LIBRARIES Boost::headers)

find_library(XXHASH_LIBRARY xxhash REQUIRED)
add_library(bitline::xxhash INTERFACE IMPORTED GLOBAL)
set_target_properties(bitline::xxhash PROPERTIES INTERFACE_LINK_LIBRARIES xxhash)

# Debian's libonnx: the generated protobuf classes of the ONNX format.
find_package(Protobuf REQUIRED)
find_library(ONNX_PROTO_LIBRARY onnx_proto REQUIRED)
add_library(bitline::onnx INTERFACE IMPORTED GLOBAL)
set_target_properties(bitline::onnx PROPERTIES
  INTERFACE_LINK_LIBRARIES "onnx_proto;protobuf::libprotobuf"
  INTERFACE_COMPILE_DEFINITIONS "ONNX_ML=1;ONNX_NAMESPACE=onnx")
