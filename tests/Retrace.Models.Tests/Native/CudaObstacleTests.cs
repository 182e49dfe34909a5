using Retrace.Models.Native;

namespace Retrace.Models.Tests.Native;

public sealed class CudaObstacleTests
{
    private const int NoDevice = 100;
    private const int DriverMismatch = 803;

    private static readonly LoadedLibTorch ForCpu = new(new Version(2, 10, 0), "/libtorch", HasCuda: false);
    private static readonly LoadedLibTorch ForCuda = ForCpu with { HasCuda = true, Cuda = new Version(12, 8) };
    private static readonly CudaDriver Driver = new(new Version(12, 4), InitResult: 0, Devices: 2);

    [Fact]
    public void Devices_that_libtorch_can_use_leave_nothing_in_the_way() =>
        Assert.Empty(CudaObstacle.Of(ForCuda, Driver, visibleDevices: null, usedDevices: 2));

    [Fact]
    public void Without_a_driver_and_with_a_build_for_the_CPU_both_are_in_the_way() => Assert.Equal(
        [$"there is no NVIDIA driver ({CudaDriver.Library} does not load)", "this libtorch is built for the CPU alone"],
        Reasons(ForCpu, driver: null));

    [Fact]
    public void A_build_for_the_CPU_is_in_the_way_of_a_good_driver()
    {
        CudaObstacle obstacle = Assert.Single(CudaObstacle.Of(ForCpu, Driver, visibleDevices: null, usedDevices: 0));
        Assert.Equal("this libtorch is built for the CPU alone", obstacle.Reason);
        Assert.Contains("-p:Torch=cuda", obstacle.Cure);
        Assert.Contains(LibTorch.FolderVariable, obstacle.Cure);
    }

    [Theory]
    [InlineData(NoDevice, 0, "")]
    [InlineData(NoDevice, 0, "-1")]
    [InlineData(0, 0, "7")]
    public void Devices_that_a_variable_hides_are_told_from_those_that_are_not_there(
        int initResult, int devices, string visible)
    {
        CudaDriver hidden = Driver with { InitResult = initResult, Devices = devices };
        Assert.Equal(
            [$"CUDA_VISIBLE_DEVICES is \"{visible}\", which leaves no device"], Reasons(ForCuda, hidden, visible));
        Assert.Equal(["the NVIDIA driver sees no device"], Reasons(ForCuda, hidden));
    }

    [Fact]
    public void A_driver_that_does_not_start_is_named_with_its_error() => Assert.Equal(
        [$"the NVIDIA driver does not start (cuInit: error {DriverMismatch})"],
        Reasons(ForCuda, Driver with { InitResult = DriverMismatch, Devices = 0 }));

    [Fact]
    public void A_driver_is_too_old_when_libtorch_is_built_for_a_later_CUDA_than_it_serves()
    {
        LoadedLibTorch newer = ForCuda with { Cuda = new Version(13, 0) };
        CudaObstacle obstacle = Assert.Single(CudaObstacle.Of(newer, Driver, visibleDevices: null, usedDevices: 0));
        Assert.Equal("the driver serves CUDA up to 12.4, and this libtorch is built for 13.0", obstacle.Reason);
        Assert.Equal("update the driver, or take a libtorch for CUDA 12", obstacle.Cure);
    }

    [Fact]
    public void A_CUDA_part_that_does_not_load_is_named_with_what_it_misses()
    {
        LoadedLibTorch broken = ForCuda with { Cuda = null, CudaError = "libcudnn.so.9: cannot open" };
        Assert.Equal(["libtorch's CUDA part does not load: libcudnn.so.9: cannot open"], Reasons(broken, Driver));
    }

    // Within CUDA 12 an older driver serves a newer libtorch.
    [Fact]
    public void Where_nothing_else_is_in_the_way_libtorch_itself_is() => Assert.Equal(
        ["the driver shows a device, but libtorch does not start it"], Reasons(ForCuda, Driver));

    [Fact]
    public void Versions_are_unpacked_as_CUDA_and_libtorch_pack_them()
    {
        Assert.Equal(new Version(12, 8), CudaDriver.Unpack(12080));
        Assert.Equal(new Version(11, 4), CudaDriver.Unpack(11040));
        Assert.Equal(new Version(2, 10, 1), LibTorch.Unpack(0x020A010000000000));
    }

    private static IEnumerable<string> Reasons(LoadedLibTorch libtorch, CudaDriver? driver, string? visible = null) =>
        CudaObstacle.Of(libtorch, driver, visible, usedDevices: 0).Select(obstacle => obstacle.Reason);
}
