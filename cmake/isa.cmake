# Files that are compiled once for each instruction set; base/isa.h asks at run time which of them the machine runs.
# Everything else is compiled for BITLINE_ARCH.
include(CheckCXXCompilerFlag)

set(BITLINE_ISA_FLAGS_avx2 -march=x86-64-v3)
set(BITLINE_ISA_FLAGS_avx512 -march=x86-64-v4 -mprefer-vector-width=512)
set(BITLINE_ISA_FLAGS_avx512_vnni ${BITLINE_ISA_FLAGS_avx512} -mavx512vnni)
set(BITLINE_ISA_FLAGS_amx_int8 ${BITLINE_ISA_FLAGS_avx512_vnni} -mamx-tile -mamx-int8)
set(BITLINE_ISAS "")             # besides the baseline
set(BITLINE_ISA_DEFINITIONS "")  # for the files that choose among them
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND NOT CMAKE_CXX_COMPILER_ARCHITECTURE_ID STREQUAL "X86")
  set(BITLINE_ISA_FLAGS_baseline -march=x86-64-v2)
  foreach(isa avx2 avx512 avx512_vnni amx_int8)
    list(JOIN BITLINE_ISA_FLAGS_${isa} " " flags)
    check_cxx_compiler_flag("${flags}" BITLINE_COMPILES_${isa})
    if(BITLINE_COMPILES_${isa})
      list(APPEND BITLINE_ISAS ${isa})
      string(TOUPPER BITLINE_ISA_${isa} definition)
      list(APPEND BITLINE_ISA_DEFINITIONS ${definition})
    endif()
  endforeach()
endif()

set_source_files_properties(base/isa.cpp base/random_kernels.cpp base/dense_kernels.cpp device/plasticity/pulse_kernels.cpp array/kernels.cpp array/wires/wire_kernels.cpp read/read_kernels.cpp PROPERTIES COMPILE_DEFINITIONS "${BITLINE_ISA_DEFINITIONS}")

# bitline_for_each_isa(ROOM FILE.inl [ONLY isa ...]): FILE with BITLINE_ISA defined, in the library of ROOM. Such files
# include no header that leaves inline functions behind: the linker would keep one copy for the whole program, and it
# might be this one. tests/lint looks at their symbols.
function(bitline_for_each_isa room file)
  cmake_parse_arguments(ISA "" "" "ONLY" ${ARGN})
  set(isas baseline ${BITLINE_ISAS})
  if(ISA_ONLY)
    set(isas ${ISA_ONLY})
  endif()
  string(MAKE_C_IDENTIFIER ${file} name)
  foreach(isa ${isas})
    set(source ${PROJECT_BINARY_DIR}/isa/${name}_${isa}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "#define BITLINE_ISA ${isa}\n#include \"${file}\"\n")
    # Optimized in every build: vectors that are not kept in registers make tests slow beyond use.
    set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "-O3;-fno-exceptions;${BITLINE_ISA_FLAGS_${isa}}"
                                SKIP_UNITY_BUILD_INCLUSION ON)
    target_sources(bitline_${room} PRIVATE ${source})
    set_property(GLOBAL APPEND PROPERTY BITLINE_ISA_ROOMS ${room})
  endforeach()
endfunction()
