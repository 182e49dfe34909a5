using Mono.Cecil;
using Mono.Cecil.Cil;
using Retrace.Anchors;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Objectives;
using Retrace.Perturbations;
using Retrace.Rewards;

namespace Retrace.Architecture.Tests;

/// <summary>
/// Whoever wants to know something of a rule, an anchor, a perturbation, an objective or a family asks it: what they are
/// called is a matter of tables, settings and pages, and no code decides by it.
/// </summary>
public sealed class NamesTests
{
    private static readonly HashSet<string> Names =
    [
        Method.Csrs, .. RewardRules.Names, .. AnchorRules.Names, .. ImagePerturbations.Names, .. PolicyObjectives.Names,
        .. ModelFamilies.All.Select(family => family.ModelType),
    ];

    // CSS has a value "none", too, and what the paper's method is called is for Method alone to know.
    private static readonly string[] Exempt = ["Retrace.Reporting.Pictures.", "Retrace.Configuration.Method::"];

    [Fact]
    public void No_code_compares_the_name_of_a_part()
    {
        (string Place, string Name)[] compared =
        [
            .. Directory.GetFiles(AppContext.BaseDirectory, "Retrace*.dll")
                .Where(path => !path.EndsWith(".Tests.dll", StringComparison.Ordinal))
                .SelectMany(path => AssemblyDefinition.ReadAssembly(path).MainModule.GetTypes())
                .SelectMany(type => type.Methods.Where(method => method.HasBody))
                .SelectMany(method => method.Body.Instructions.Where(IsComparedText)
                    .Select(text => (method.FullName, (string)text.Operand))),
        ];
        Assert.NotEmpty(compared); // Of other texts: the test sees comparisons.
        Assert.All(
            compared.Where(one => !Exempt.Any(one.Place.Contains)), one => Assert.DoesNotContain(one.Name, Names));
    }

    // In == and in patterns; a switch over many texts compares each at its end, after a hash.
    private static bool IsComparedText(Instruction instruction) =>
        instruction.OpCode == OpCodes.Ldstr
        && instruction.Next?.Operand is MethodReference { Name: "op_Equality" or "op_Inequality" or "Equals" } called
        && called.DeclaringType.FullName == "System.String";
}
