# cmake -DSOURCE=... -DBUILD=... -P run.cmake: installs a build, then uses it as a stranger would.
set(place ${BUILD}/consumer)
file(REMOVE_RECURSE ${place})

function(must_run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${result}:\n${output}")
  endif()
endfunction()

# Moved after installing: nothing in it may know where it was put.
must_run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${place}/first)
file(RENAME ${place}/first ${place}/prefix)
file(GLOB_RECURSE package_files ${place}/prefix/*.cmake)
list(LENGTH package_files count)
if(count LESS 4)
  message(FATAL_ERROR "only these package files were installed: ${package_files}")
endif()
foreach(file ${package_files})
  file(READ ${file} text)
  foreach(leak "-march" "-Wall" "${SOURCE}" "${BUILD}")
    string(FIND "${text}" "${leak}" at)
    if(at GREATER_EQUAL 0)
      message(FATAL_ERROR "${file} names ${leak}")
    endif()
  endforeach()
endforeach()

must_run(${CMAKE_COMMAND} -S ${SOURCE}/tests/consumer -B ${place}/build -G ${GENERATOR} -DCMAKE_BUILD_TYPE=Release
         -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_PREFIX_PATH=${place}/prefix)
must_run(${CMAKE_COMMAND} --build ${place}/build)
must_run(${place}/build/consumer)

# The installed command finds the configurations and models beside it, before those of the source tree.
set(shared ${place}/prefix/share/bitline)
file(WRITE ${shared}/configs/only-here.yaml "base: fashion-mlp\nname: beside the command\n")
must_run(${place}/prefix/bin/bitline check only-here)
must_run(${place}/prefix/bin/bitline schema adc)
file(RENAME ${shared}/models/fashion-mlp.onnx ${shared}/models/only-here.onnx)
if(EXISTS /usr/share/datasets/fashion-mnist)
  must_run(${place}/prefix/bin/bitline map only-here --set workload.network=only-here.onnx)
endif()
