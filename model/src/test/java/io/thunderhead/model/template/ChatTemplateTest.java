package io.thunderhead.model.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.model.testing.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ChatTemplateTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T10:00:00Z"), ZoneOffset.UTC);

    static Stream<String> probes() throws IOException {
        return goldens()
                .path("cases")
                .valueStream()
                .map(probe -> probe.path("name").asString());
    }

    @ParameterizedTest
    @MethodSource("probes")
    void rendersLikeJinja(String name) throws IOException {
        JsonNode probe = goldens()
                .path("cases")
                .valueStream()
                .filter(candidate -> candidate.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
        String template = probe.path("template").asString();

        if (name.equals("generation tag")) {
            // plain Jinja does not know the tag; transformers does, and the released template needs it
            assertThat(render(template)).isEqualTo("abc");
        } else if (probe.has("error")) {
            assertThatThrownBy(() -> render(template))
                    .hasMessage(probe.path("error").asString());
        } else {
            assertThat(render(template)).isEqualTo(probe.path("rendered").asString());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            ignoreLeadingAndTrailingWhitespace = true,
            value = {
                "{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 3 }} {{ 1.0 }}; 3 -4 2 3.5 8 1.0",
                "{{ 'abcdef'[1:4] }} {{ 'abc'[::-1] }} {{ [1,2,3,4][-2:] }} {{ [1,2,3][::2] }}; bcd cba [3, 4] [1, 3]",
                "{{ 'a b  c'.split() }} {{ 'a,b,c'.split(',', 1) }}; ['a', 'b', 'c'] ['a', 'b,c']",
                "{{ [1, 'x', none, true] }} {{ {'a': 1} }}; [1, 'x', None, True] {'a': 1}",
                "{% set a, b = [1, 2] %}{{ b }}{{ a }}; 21",
                "{% set x %}ab{{ 1 }}{% endset %}{{ x|upper }}; AB1",
                "{% for x in [] %}y{% else %}none{% endfor %}; none",
                "{% for x in [1,2,3] if x != 2 %}{{ loop.index }}{{ x }}{{ ',' if not loop.last }}{% endfor %}; 11,23",
                "{% for x in [1,2,3] %}{{ loop.previtem }}{{ loop.cycle('a','b') }}{% if x == 2 %}{% break %}{% endif %}{% endfor %}; a1b",
                "{{ nope | default('d') }} {{ '' | default('e', true) }} {{ nope is not defined }}; d e True",
                "{{ 3 is divisibleby 3 }} {{ 1 in [1] and 2 not in [1] }} {{ not 1 == 2 }}; True True True",
                "{{ 'a' if false }}|{{ 1 if 0 else 2 if 0 else 3 }}; |3",
                "{{ ['b','a'] | sort | join('-') }} {{ 'x-y' | replace('-', '+') }} {{ 'ab' | length }}; a-b x+y 2",
                "{{ {'a': 1, 'b': 2} | items | list }} {{ ('a' 'b') }} {{ \"it's\" }}; [['a', 1], ['b', 2]] ab it's",
                "{{ 1e-5 }} {{ 1e16 }} {{ 0.1 }} {{ 1 < 2 }} {{ range(3) | list }} {{ '%' }}; 1e-05 1e+16 0.1 True [0, 1, 2] %",
                "{#- c -#} a {# d #}{{- 'b' }}; a b",
                "{{ ['a'] | map('upper') | first }}{{ [0, 1] | select | list }}{{ messages | map(attribute='role') | last }}; A[1]user",
                "{%- macro f(n) -%}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{%- endmacro %}{{ f(2) }}; 210"
            })
    void evaluates(String template, String expected) throws IOException {
        assertThat(render(template).strip()).isEqualTo(expected == null ? "" : expected);
    }

    @Test
    void trimsWhiteSpaceAsHuggingFaceHasItSet() throws IOException {
        assertThat(render("a\n  {% if true %}\n  b\n  {% endif %}\nc\n")).isEqualTo("a\n  b\nc");
        assertThat(render("a {% if true %} b {%+ endif +%}\nc")).isEqualTo("a  b \nc");
        assertThat(render("a\n {{- 'x' -}} \n b")).isEqualTo("axb");
        assertThat(render("x\n  {# gone #}\ny")).isEqualTo("x\ny");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{% if true %}           ; line 1: expected one of",
                "{% bogus %}             ; line 1: unknown tag 'bogus'",
                "{{ 'a                   ; line 1: string without end",
                "{{ a                    ; line 1: expression without end",
                "{# a                    ; line 1: comment without end",
                "{{ 1 + }}               ; line 1: expected an expression",
                "{{ nope.x }}            ; line 1: 'nope' is undefined",
                "{{ 1 | bogus }}         ; cannot be iterated",
                "{{ [1] | bogus }}       ; line 1: unknown filter 'bogus'",
                "{{ 1 is bogus }}        ; line 1: unknown test 'bogus'",
                "{{ 'a' + 1 }}           ; line 1: cannot apply '+' to a string and a number",
                "{{ nope() }}            ; line 1: undefined 'nope' cannot be called",
                "{{ 1 // 0 }}            ; line 1: 1 // 0",
                "{% endif %}             ; line 1: unknown tag 'endif'",
                "{{ messages.getClass() }} ; cannot be called",
                "{% set messages.x = 1 %}  ; 'messages' is not a namespace",
                "{{ 'x' * 99999999999 }}   ; longer than",
                "{{ range(999999999) }}    ; longer than",
                "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %} ; longer than",
                "{% set ns = namespace(l=[1]) %}{% for i in range(80) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }} ; longer than",
                "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %} ; steps",
                "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }} ; calls nested deeper"
            })
    void refuses(String template, String message) {
        assertThatThrownBy(() -> render(template))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining(message);
    }

    @Test
    void namesTheLineOfAnError() {
        assertThatThrownBy(() -> render("a\nb\n{{ 'x'\n ~ nope.y }}")).hasMessageContaining("line 4:");
    }

    @Test
    void refusesNestingThatWouldOverflowTheStack() {
        assertThatThrownBy(() -> render("{{ " + "(".repeat(5000) + "1" + ")".repeat(5000) + " }}"))
                .isInstanceOf(TemplateException.class);
        assertThatThrownBy(() -> render("{% if 1 %}".repeat(5000))).isInstanceOf(TemplateException.class);
        assertThatThrownBy(() -> render("{{ " + "not ".repeat(50_000) + "1 }}")).isInstanceOf(TemplateException.class);
        assertThatThrownBy(() -> render("{{ 1" + " + 1".repeat(50_000) + " }}")).isInstanceOf(TemplateException.class);
    }

    @Test
    void randomDamageGivesATypedErrorOrText() throws IOException {
        List<String> templates = goldens()
                .path("cases")
                .valueStream()
                .map(probe -> probe.path("template").asString())
                .toList();
        String letters = "{}%#-+()[]'\".,:|~ ifnore0";
        for (int seed = 0; seed < 5000; seed++) {
            Random random = new Random(seed);
            StringBuilder damaged = new StringBuilder(templates.get(random.nextInt(templates.size())));
            for (int edits = random.nextInt(4); edits >= 0; edits--) {
                int at = random.nextInt(damaged.length());
                damaged.replace(at, at + random.nextInt(3), letters.charAt(random.nextInt(letters.length())) + "");
            }
            try {
                render(damaged.toString());
            } catch (TemplateException e) {
                assertThat(e.getMessage()).isNotNull();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + damaged, e);
            }
        }
    }

    private static String render(String template) throws IOException {
        return ChatTemplate.parse(template, CLOCK).render(context());
    }

    private static Map<String, Object> context() throws IOException {
        return JsonValues.ofObject(goldens().path("context"));
    }

    private static JsonNode goldens() throws IOException {
        return JsonMapper.shared().readTree(Files.readString(Goldens.path("templates", "cases.json")));
    }
}
