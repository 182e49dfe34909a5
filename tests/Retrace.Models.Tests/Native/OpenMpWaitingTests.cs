using Retrace.Models.Native;

namespace Retrace.Models.Tests.Native;

/// <summary>In this process; Retrace.EndToEnd.Tests asks the runtime itself, and with settings of the user's.</summary>
public sealed class OpenMpWaitingTests
{
    [Fact]
    public void A_process_that_has_called_anything_of_this_library_has_a_limit_set() =>
        Assert.NotNull(NativeEnvironment.Get(OpenMpWaiting.Policy) ?? NativeEnvironment.Get(OpenMpWaiting.GnuSpins));

    [Fact]
    public void A_variable_that_has_a_value_keeps_it()
    {
        string? path = NativeEnvironment.Get("PATH");
        Assert.NotNull(path);
        NativeEnvironment.SetUnlessSet("PATH", "another");
        Assert.Equal(path, NativeEnvironment.Get("PATH"));
    }
}
