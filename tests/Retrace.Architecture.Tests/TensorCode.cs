using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Retrace.Architecture.Tests;

/// <summary>The types that compute with tensors on the model's device, and what they call, read off the assemblies.</summary>
internal static class TensorCode
{
    private static readonly string[] Rooms =
        ["Retrace.Models.Network", "Retrace.Models.Families", "Retrace.Training.Rollouts", "Retrace.Training.Learning"];

    // What the rooms call with tensors; what is called in there is not theirs.
    private const string Native = "Retrace.Models.Native";

    private static readonly (string Type, bool IsNative, string Member, bool GivesTensor)[] Uses =
    [
        .. Directory.GetFiles(AppContext.BaseDirectory, "Retrace.*.dll")
            .Where(path => !path.EndsWith(".Tests.dll", StringComparison.Ordinal))
            .SelectMany(path => AssemblyDefinition.ReadAssembly(path).MainModule.GetTypes())
            .Where(type => Rooms.Append(Native).Any(
                room => Outermost(type).Namespace.StartsWith(room, StringComparison.Ordinal)))
            .SelectMany(type => type.Methods.Where(method => method.HasBody)
                .SelectMany(method => method.Body.Instructions)
                .Select(instruction => (
                    Outermost(type).Name, Outermost(type).Namespace == Native, MemberOf(instruction), GivesTensor(instruction))))
            .Distinct(),
    ];

    /// <summary>The types in these rooms that call a method, or types inside them do.</summary>
    /// <param name="member">Its full name, such as <c>TorchSharp.torch/Tensor.item</c>.</param>
    public static IEnumerable<string> TypesThatUse(string member) =>
        Uses.Where(use => !use.IsNative && use.Member == member).Select(use => use.Type).Distinct();

    /// <summary>The full names of TorchSharp's methods that give a tensor and are called in these rooms or for them.</summary>
    public static IEnumerable<string> MethodsOfTensors() => Uses
        .Where(use => use.GivesTensor && use.Member.StartsWith("TorchSharp.torch", StringComparison.Ordinal))
        .Select(use => use.Member).Distinct();

    /// <summary>The lines of the scripts, in TorchScript, that these rooms run, without comments.</summary>
    public static IEnumerable<string> LinesOfScripts() => Directory.GetFiles(AppContext.BaseDirectory, "Retrace.*.dll")
        .SelectMany(path => AssemblyDefinition.ReadAssembly(path).MainModule.Resources.OfType<EmbeddedResource>())
        .Where(resource => resource.Name.EndsWith(".py", StringComparison.Ordinal))
        .SelectMany(resource => new StreamReader(resource.GetResourceStream()).ReadToEnd().Split('\n'))
        .Select(line => line.Split('#')[0]);

    private static bool GivesTensor(Instruction instruction) => instruction.Operand is MethodReference method
        && method.ReturnType.FullName.Contains("TorchSharp.torch/Tensor", StringComparison.Ordinal);

    private static string MemberOf(Instruction instruction) => instruction.Operand is MemberReference member
        ? $"{member.DeclaringType?.FullName}.{member.Name}"
        : "";

    private static TypeDefinition Outermost(TypeDefinition type) =>
        type.DeclaringType is { } around ? Outermost(around) : type;
}
