using System.Runtime.InteropServices;
using Retrace.Models.Native;

namespace Retrace.Models.Tests.Native;

/// <summary>What is asked of a driver and in which order; the driver is one of ours, as the tests have no GPU.</summary>
public sealed class GpuMemoryTests
{
    private const int OutOfMemory = 2;
    private const int NotInitialised = 3;

    [Fact]
    public void The_driver_s_figures_are_read_in_the_device_s_context_which_is_given_back()
    {
        var driver = new Driver();
        Assert.Equal(new GpuMemory(Free: 130L << 30, Total: 139L << 30), GpuMemory.Of(1, driver.Find));
        Assert.Equal(["start", "device 1", "take 11", "use 111", "read", "leave", "give back 11"], driver.Calls);
    }

    [Fact]
    public void A_driver_that_does_not_start_tells_nothing()
    {
        var driver = new Driver { StartResult = NotInitialised };
        Assert.Null(GpuMemory.Of(0, driver.Find));
        Assert.Equal(["start"], driver.Calls);
    }

    [Fact]
    public void A_device_without_room_for_a_context_tells_nothing()
    {
        var driver = new Driver { TakeResult = OutOfMemory };
        Assert.Null(GpuMemory.Of(0, driver.Find));
        Assert.Equal(["start", "device 0", "take 10"], driver.Calls);
    }

    [Fact]
    public void A_reading_that_fails_leaves_no_context_behind()
    {
        var driver = new Driver { ReadResult = NotInitialised };
        Assert.Null(GpuMemory.Of(0, driver.Find));
        Assert.Equal(["leave", "give back 10"], driver.Calls[^2..]);
    }

    [Fact]
    public void A_driver_that_lacks_a_function_is_not_asked() => Assert.Null(GpuMemory.Of(0, _ => 0));

    // A device's handle is 10 more than its number, the context 100 more than the handle.
    private sealed class Driver
    {
        private readonly Dictionary<string, Delegate> _functions; // Held, so that their addresses stay valid.

        public Driver() => _functions = new()
        {
            ["cuInit"] = new GpuMemory.CuInit(_ => Note("start", StartResult)),
            ["cuDeviceGet"] = new GpuMemory.CuDeviceGet((out int handle, int device) =>
            {
                handle = 10 + device;
                return Note($"device {device}");
            }),
            ["cuDevicePrimaryCtxRetain"] = new GpuMemory.CuDevicePrimaryCtxRetain((out nint context, int handle) =>
            {
                context = 100 + handle;
                return Note($"take {handle}", TakeResult);
            }),
            ["cuCtxPushCurrent_v2"] = new GpuMemory.CuCtxPushCurrent(context => Note($"use {context}")),
            ["cuMemGetInfo_v2"] = new GpuMemory.CuMemGetInfo((out nuint free, out nuint total) =>
            {
                (free, total) = ((nuint)130 << 30, (nuint)139 << 30);
                return Note("read", ReadResult);
            }),
            ["cuCtxPopCurrent_v2"] = new GpuMemory.CuCtxPopCurrent((out nint context) =>
            {
                context = 0;
                return Note("leave");
            }),
            ["cuDevicePrimaryCtxRelease_v2"] = new GpuMemory.CuDevicePrimaryCtxRelease(handle => Note($"give back {handle}")),
        };

        public int StartResult { get; init; }

        public int TakeResult { get; init; }

        public int ReadResult { get; init; }

        public List<string> Calls { get; } = [];

        public nint Find(string name) => Marshal.GetFunctionPointerForDelegate(_functions[name]);

        private int Note(string call, int result = 0)
        {
            Calls.Add(call);
            return result;
        }
    }
}
